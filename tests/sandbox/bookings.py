"""Invitations: a follow-up with participants puts one into the diary of each user among them [diary/create-invitation].

The first participant invites and gets none; nor do persons who are no users here, and nobody is sent an e-mail. The
row of an invitation names its ``mother`` and keeps its ``invitation``, a word of ``InvitationStatus``. Where the
documentation is silent: it is a ``BookingForDiary`` until it is accepted, one that was moved is to be accepted anew,
one whose mother is deleted shows as cancelled, and what was declined is in no diary.
"""

from __future__ import annotations

from . import records
from .answers import Call
from .events import changed, differing
from .world import Row

COPIED = ("title", "text", "agenda", "location", "start", "end", "all_day", "task", "priority", "contact", "person")
COPIED += ("project", "sale", "video_url")
"""What an invitation takes from its mother; the rest is its own."""

MOVED = ("start", "end")

SEEN = {"Invitation": "Seen", "Moved": "MovedSeen"}

BOOKED = {"inDiary": "BookingForDiary", "inChecklist": "BookingForChecklist"}

TABLE = "appointment"


def children(call: Call, key: int) -> dict[int, int]:
    """Of a follow-up: user to his invitation's key."""
    rows = call.tenant.table(TABLE).items()
    return {row["associate"]: child for child, row in rows if row.get("mother") == key and not row["deleted"]}


def invite(call: Call, key: int, row: Row, wanted: object) -> None:
    """After a follow-up was saved: invite who is new, tell who was invited of changes, drop who is no participant."""
    if row.get("mother"):
        return
    invited = {part["associate"] for part in row.get("participants", [])[1:]} - {0, row["associate"]}
    there = children(call, key)
    for user in sorted(invited - there.keys()):
        _create(call, key, row, user)
    for user, child in there.items():
        if user in invited:
            _follow(call, child, row)
        else:
            call.tenant.table(TABLE)[child]["deleted"] = True
            _tell(call, child, "deleted")


def _create(call: Call, mother: int, row: Row, user: int) -> None:
    stamp, who = call.world.stamp(), call.associate.associate_id
    stamps = {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who}
    own = {"mother": mother, "associate": user, "type": _booked(row), "invitation": "Invitation"}
    key = call.tenant.next_id(TABLE)
    copied = {name: row[name] for name in COPIED if name in row}
    call.tenant.table(TABLE)[key] = copied | own | stamps | {"completed": False, "deleted": False}
    _tell(call, key, "created")


def _booked(row: Row) -> str:
    return BOOKED.get(row.get("type", "inDiary"), "BookingForDiary")


def _follow(call: Call, key: int, mother: Row) -> None:
    """An invitation changes with its mother."""
    row = call.tenant.table(TABLE)[key]
    new = {name: mother[name] for name in COPIED if name in mother}
    if any(row[name] != new[name] for name in MOVED):
        new |= {"invitation": "Moved", "type": _booked(mother)}
    differ = differing(row, row | new)
    if differ:
        row |= new
        records.touch(call, row)
        _tell(call, key, "changed", differ)


def _tell(call: Call, key: int, what: str, differ: list[str] | None = None) -> None:
    changed(call.world, call.tenant, TABLE, key, what, differ, call.associate.associate_id)


def status(call: Call, row: Row) -> str:
    """``InvitationStatus`` of a follow-up."""
    mother = call.tenant.table(TABLE).get(row.get("mother", 0))
    if mother is None:
        return "None"
    return "Cancelled" if mother["deleted"] else str(row["invitation"])


def role(call: Call, key: int, row: Row) -> str:
    """``BookingType``: who invited and who is invited; nobody of a follow-up without others."""
    if row.get("mother"):
        return "Participant"
    return "Owner" if key and children(call, key) else "None"


def participants(call: Call, key: int, row: Row) -> list[tuple[Row, str]]:
    """Who takes part, as the mother has it, and what has become of each one's invitation."""
    mother = row.get("mother") or key
    invited, rows = children(call, mother), call.tenant.table(TABLE)
    parts = rows.get(mother, row).get("participants", []) if row.get("mother") else row.get("participants", [])
    return [(part, _state(part, rows.get(invited.get(part["associate"], 0)))) for part in parts]


def _state(part: Row, child: Row | None) -> str:
    if child is not None:
        return str(child["invitation"])
    return "Accepted" if part["associate"] else "None"
