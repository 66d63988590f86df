"""How panels are served, beside floors in the same run.

::

    .venv/bin/python -m tests.bench.serving              # everything, in about five minutes
    .venv/bin/python -m tests.bench.serving --quick      # one user and 100, Sidecard and bare, in about a minute
    .venv/bin/python -m tests.bench.serving --profile    # where the CPU of one worker goes, at 20 users
    .venv/bin/python -m tests.bench.serving --chart docs/serving.svg

A panel of four reads at once (``panels.FourReads``) is asked for by users in a closed loop (``load``), each time for a
company nobody asked for before. NetServer (``netserver``) answers after 150 ms and costs next to nothing. All are
measured by turns in rounds, so that a busy machine troubles all alike; a figure is the median of the rounds, its noise
their interquartile range. A wrong page ends the run.

Beside Sidecard stand:

- "bare", an asynchronous Django view without middleware. It makes the same four calls at once, by httpx on the same
  transport with questions and headers made beforehand, decodes the JSON and renders the same template from
  dictionaries. It knows one token and one address for all, and nobody: no session, no customer, no rights; it looks
  for no sign-out and remembers nothing; no language, no cookies, no policies; no deadline, renewal, retry or turn.
  Whoever sends it another customer's name is shown that customer. What Sidecard does for all this is what the
  comparison prices. Django itself starts two threads for each of its requests; Sidecard (``panel.handler``) does not.
- "bare, typed", the same view asking through ``crm_client``: questions, deadlines, turns, the token's end, values of
  types; still nobody, and nothing remembered.
- the bare calls behind uvicorn without Django, and one call straight to NetServer.

CPU is the worker's own, from /proc. "Panels/s of a core" follows from it: what a core could serve if the load, the
database and NetServer did not share it; ``served/s`` is what was, and depends on how busy the machine is.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench import neighbours, profiling, reopening, speeds
from tests.bench.chart import chart
from tests.bench.findings import Findings
from tests.bench.services import described
from tests.bench.stand import SIDES, Stand, stand


def run(chart_at: Path | None = None) -> None:
    findings = Findings()
    with stand(*SIDES) as ready:
        everything(ready, findings)
    if chart_at:
        chart_at.write_text(chart(findings, described()))


def everything(ready: Stand, findings: Findings) -> None:
    speeds.alone(ready, findings, seconds=2, times=5)
    speeds.crowd(ready, findings, users=20, seconds=2, times=3)
    speeds.crowd(ready, findings, users=100, seconds=3, times=5)
    speeds.crowd(ready, findings, users=400, seconds=3, times=3)
    for name in ("sidecard", "bare"):
        findings.tell(f"{name}, memory of a worker after 400 users", ready.sides[name].memory, "MB")
    speeds.two_workers(ready, findings, users=100, seconds=3, times=4)
    reopening.cold(ready, findings, times=3)
    reopening.reopened(ready, findings, times=4)
    neighbours.slow_tenant(ready, findings, seconds=3, times=3)
    neighbours.many_tenants(ready, findings, seconds=3, times=4)


def quick() -> None:
    findings = Findings()
    with stand("sidecard", "bare", "bare, typed") as ready:
        speeds.alone(ready, findings, seconds=2, times=3)
        speeds.crowd(ready, findings, users=100, seconds=3, times=3)


def main() -> None:
    asked = argparse.ArgumentParser(description="Measure how panels are served.")
    asked.add_argument("--quick", action="store_true", help="one user and 100 only, in about a minute")
    asked.add_argument("--profile", action="store_true", help="where the CPU of one worker goes, at 20 users")
    asked.add_argument("--chart", type=Path, help="draw the figures into this file (SVG)")
    wanted = asked.parse_args()
    if wanted.profile:
        profiling.run()
    elif wanted.quick:
        quick()
    else:
        run(wanted.chart)


if __name__ == "__main__":
    main()
