"""Users with less than full rights, and what is theirs; they come last, so that nobody else's records change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Newcomer:
    """A user; ``company`` is a line as in ``companies_*.txt`` of a company he looks after, if any."""

    associate_id: int
    human: str
    initials: str
    language: str
    role: int
    group: int
    company: str = ""


POLARFISK = "Polarfisk AS|Bodø|customer|food|NO|971338206 MVA|Havnegata 9|8006|Bodø|polarfisk.example"
VESTERHAV = "Vesterhav Vind ApS||prospect|energy|DK|31225817|Kajen 4|6700|Esbjerg|vesterhav.example"

NEWCOMERS = {
    "Cust12345": (
        Newcomer(8, "eva", "EL", "en-US", 5, 1, POLARFISK),
        Newcomer(9, "gus", "GH", "nb-NO", 6, 2),
    ),
    "Cust67890": (
        Newcomer(10, "freja", "FM", "da", 4, 1, VESTERHAV),
        Newcomer(11, "hugo", "HS", "sv", 6, 2),
    ),
}
"""By tenant: User level 4 and 3 (own data first), and User level 5 (reads)."""
