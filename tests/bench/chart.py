"""The figures of a run as one picture: SVG without scripts, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.figures import machine
from tests.bench.findings import Findings, Found
from tests.bench.measures import middle

WIDTH, LABELS, BARS, LINE = 920, 400, 340, 24
SIDES = ("without Django", "bare", "bare, typed", "sidecard")

STYLE = """
  svg { --page: #fff; --text: #21302b; --quiet: #66736e; --rule: #c9d1ce;
        --sidecard: #0a7a5c; --floor: #a9b7b1; --met: #0a7a5c; --missed: #c4501b; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #16201c; --text: #e6eeea; --quiet: #9fb0a8; --rule: #45534d;
          --sidecard: #3fbf95; --floor: #5f716a; --met: #3fbf95; --missed: #f08a55; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--text); }
  .title { font-weight: 600; font-size: 15px; }
  .quiet { fill: var(--quiet); font-size: 12px; }
  .label { text-anchor: end; }
  .page { fill: var(--page); } .goal { stroke: var(--text); stroke-width: 2; } .rule { stroke: var(--rule); }
  .sidecard { fill: var(--sidecard); } .floor { fill: var(--floor); }
  .met { fill: var(--met); } .missed { fill: var(--missed); }
"""


@dataclass(frozen=True)
class Bar:
    """``share`` of the section's width is filled; the mark stands at ``mark``."""

    label: str
    share: float
    says: str
    kind: str
    mark: float | None = None


def chart(findings: Findings, services: str) -> str:
    """The whole picture."""
    sections = [
        (
            "Each goal, and where it stands (the stroke is the goal)",
            [_goal(one) for one in findings.figures if one.goal],
        ),
        ("Added to one round trip of 150 ms, one user", _added(findings)),
        ("CPU of a panel, in milliseconds", _cpu(findings)),
    ]
    parts, y = [], 24
    for title, bars in sections:
        parts += list(_section(title, bars, y))
        y += LINE * len(bars) + 56
    foot = f"{services}; {machine()}; medians of interleaved rounds"
    parts.append(f'<text class="quiet" x="16" y="{y}">{escape(foot)}</text>')
    height = y + 20
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
    label = 'aria-label="How panels are served, beside goals and floors"'
    page = f'<rect class="page" width="{WIDTH}" height="{height}"/>'
    return "\n".join([f"{head} {label}>", f"<style>{STYLE}</style>", page, *parts, "</svg>", ""])


def _section(title: str, bars: Sequence[Bar], y: int) -> Iterator[str]:
    yield f'<text class="title" x="16" y="{y}">{escape(title)}</text>'
    top = y + 12
    for number, bar in enumerate(bars):
        line = top + number * LINE
        width = max(1.0, BARS * min(1.0, bar.share))
        yield f'<text class="label" x="{LABELS}" y="{line + 15}">{escape(bar.label)}</text>'
        yield f'<rect class="{bar.kind}" x="{LABELS + 10}" y="{line + 3}" width="{width:.1f}" height="16" rx="2"/>'
        behind = LABELS + 18 + max(width, BARS * (bar.mark or 0))
        yield f'<text x="{behind:.1f}" y="{line + 15}">{escape(bar.says)}</text>'
        if bar.mark is not None:
            x = LABELS + 10 + BARS * bar.mark
            yield f'<line class="goal" x1="{x}" x2="{x}" y1="{line + 1}" y2="{line + 21}"/>'
    bottom = top + len(bars) * LINE
    yield f'<line class="rule" x1="{LABELS + 10}" x2="{LABELS + 10}" y1="{top}" y2="{bottom}"/>'


def _goal(found: Found) -> Bar:
    """The goal stands in the middle; twice as much as it fills the width."""
    assert found.goal is not None
    limit, is_met = found.goal.limit, found.goal.is_met(found.value)
    share = found.value / limit / 2 if limit else found.value
    sign = "≥" if found.goal.at_least else "≤"
    says = f"{found.value:.3g} {found.unit} ({sign} {limit:g})"
    return Bar(found.name, share, says, "met" if is_met else "missed", mark=0.5 if limit else 0.0)


def _added(findings: Findings) -> list[Bar]:
    ending = ", 1 user, added to one round trip"
    added = {one.name.removesuffix(ending): one for one in findings.figures if one.name.endswith(ending)}
    most = max(one.value for one in added.values())
    return [Bar(side, added[side].value / most, f"{added[side].value:.1f} ms", _kind(side)) for side in SIDES]


def _cpu(findings: Findings) -> list[Bar]:
    crowds = sorted(findings.crowds.items(), key=lambda item: (item[0][1], SIDES.index(item[0][0])))
    costs = {key: middle(slices, "cpu") for key, slices in crowds}
    most = max(costs.values())
    return [
        Bar(f"{side}, {users} user{'s' * (users > 1)}", cost / most, f"{cost:.1f} ms", _kind(side))
        for (side, users), cost in costs.items()
    ]


def _kind(side: str) -> str:
    return "sidecard" if side == "sidecard" else "floor"
