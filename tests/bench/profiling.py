"""Where the CPU of a worker goes: Sidecard, interrupted every few milliseconds of CPU time.

First by parts: a sample belongs to the innermost function that ``PARTS`` names. Then by functions: one's own share
includes the C functions it calls; ``below`` is its share with all it calls. Time in other threads counts for what the
main one does meanwhile, mostly the event loop's own ``run``.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import count
from types import CodeType, FrameType
from typing import Any

TOP = 40
INTERVAL = 0.001
"""Seconds of CPU; kernels round it up to their own tick."""
WARM_UP = 800
"""Requests that are not looked at: twice what everybody asks for first."""

PARTS = {
    "Calls by httpx and aiohttp": ("_AsyncHttp.send", "ResponseHandler.data_received"),
    "JSON": ("_decoded",),
    "Values of types": ("Record.parse", "Line.parse"),
    "Questions, token, turn, deadline": ("AsyncCrm.__call__", "_sent"),
    "The page from its template": ("Scene._rendered",),
    "Looks at Redis": ("Redis.execute_command", "Client._ask", "StreamReaderProtocol.data_received"),
    "Who asks": ("membership",),
    "Remembering, sealed": ("recalled", "Recollection.keep", "Recollection.aset", "_remembered"),
    "Middleware": ("convert_exception_to_response.<locals>.inner",),
    "The view": ("_visit",),
    "The handler": ("Handler.__call__", "BaseHandler._get_response_async"),
    "Server": ("RequestResponseCycle.run_asgi", "HttpToolsProtocol.data_received"),
}
"""What a panel's CPU goes into, and by which functions it is known."""
REST = "Event loop"

requests = count(1)
part_of = {name: part for part, names in PARTS.items() for name in names}
parts: Counter[str] = Counter()
own: Counter[CodeType] = Counter()
below: Counter[CodeType] = Counter()


def run() -> None:
    """Twenty users for twenty seconds; the worker prints its own account at the end."""
    from tests.bench.stand import PANEL, stand

    with stand() as ready, ready.serve("tests.bench.profiling:application", PANEL) as side:
        side(users=20, pages=WARM_UP)
        print(side(users=20, seconds=20))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """``panel.asgi`` under observation from its start to its end."""
    from panel.asgi import application as sidecard

    if scope["type"] != "lifespan":
        if next(requests) == WARM_UP + 1:
            signal.signal(signal.SIGPROF, note)
            signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
        await sidecard(scope, receive, send)
        return
    try:
        await sidecard(scope, receive, send)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(account(), file=sys.stderr, flush=True)


def note(_signal: int, frame: FrameType | None) -> None:
    codes = [one.f_code for one in stack(frame)]
    parts[next((part_of[code.co_qualname] for code in codes if code.co_qualname in part_of), REST)] += 1
    own.update(codes[:1])
    below.update(set(codes))


def stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def account() -> str:
    samples = own.total()
    lines = [f"{samples} samples", *(f"{number / samples:6.1%} {part}" for part, number in parts.most_common())]
    lines.append("   own  below")
    for code, number in own.most_common(TOP):
        place = f"{code.co_qualname}  {'/'.join(code.co_filename.split('/')[-3:])}:{code.co_firstlineno}"
        lines.append(f"{number / samples:6.1%} {below[code] / samples:6.1%}  {place}")
    return "\n".join(lines)
