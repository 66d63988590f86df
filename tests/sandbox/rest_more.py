"""What REST has beside records and their lists: when a sale is due, a project's next milestone, guides,
persons who move to another company. Agents have the same; they do the work."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.responses import Response

from . import agents_business, agents_more
from .answers import Call, bad
from .business import PROJECT, SALE
from .kind import Kind, find


def as_agent(call: Call, method: str, **given: Any) -> Call:
    """The same call as it would come to an agent."""
    return replace(call, method="POST", path=f"v1/Agents/{method}", body=json.dumps(given).encode())


def next_due_date(call: Call, key: int) -> Response:
    """When the sale's next follow-up that is not done will be."""
    return agents_business.next_due(as_agent(call, "Sale/GetNextDueDate", SaleId=key))


def next_milestone(call: Call, key: int) -> Response:
    """The project's next milestone, null without one."""
    find(call, PROJECT, key)
    return agents_business.milestone(as_agent(call, "Project/GetNextMilestone", ProjectId=key))


def has_guide(call: Call, key: int, kind: Kind) -> Response:
    """No type of sale or project has a guide here."""
    find(call, kind, key)
    return call.answer(False)


def move_person(call: Call, key: int, company: str) -> Response:
    """``/Person/{id}/MoveTo/{company}?moveAfterDate=``: what lies before that date stays."""
    since = call.parameter("moveAfterDate") or ""
    try:
        call.clock.store(since)
    except ValueError as error:
        raise bad(f"moveAfterDate: {since!r} is no date") from error
    given = {"PersonId": key, "DestinationContactId": int(company), "MoveAfterDate": since}
    return agents_more.move_person(as_agent(call, "Person/Move", **given))


PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    r"v1/Sale/(?P<key>\d+)/NextDueDate": {"GET": next_due_date},
    r"v1/Sale/(?P<key>\d+)/HasGuide": {"GET": partial(has_guide, kind=SALE)},
    r"v1/Project/(?P<key>\d+)/HasGuide": {"GET": partial(has_guide, kind=PROJECT)},
    r"v1/Project/(?P<key>\d+)/NextMilestone": {"GET": next_milestone},
    r"v1/Person/(?P<key>\d+)/MoveTo/(?P<company>\d+)": {"POST": move_person},
}
