"""Which cards to open to see a panel full: Acme at Nordlys, and what belongs to it or is like it."""

from __future__ import annotations

CARDS = {"contact_id": 17, "person_id": 43, "sale_id": 36, "project_id": 1, "ticket_id": 1}
"""By the name of the record's id in a panel's address."""
