"""What lies around a tenant's lists: their definitions, headings, and who is in which user group."""

from __future__ import annotations

from .list_kinds import FIRST_OWN, definitions
from .world import Tenant

SERVICE = 2
"""The user group of those who answer requests; all others are in group 1, sales."""


def sow(tenant: Tenant) -> None:
    """Fill the tables ``list``, ``heading`` (``list, name, tooltip, rank, deleted``) and ``associate`` (``group``,
    ``other_groups``, ``note``)."""
    tenant.rows["list"] = definitions()
    headings = {1: 'US:"Running";NO:"Løpende"', 2: 'US:"Trial";NO:"Prøve"'}
    tenant.rows["heading"] = {
        key: {"list": FIRST_OWN, "name": name, "tooltip": "", "rank": key, "deleted": False}
        for key, name in headings.items()
    }
    tenant.rows["associate"] = {
        one.associate_id: {"group": SERVICE if one.human == "kim" else 1, "other_groups": [], "note": []}
        for one in tenant.associates.values()
    }
