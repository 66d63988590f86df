"""The company panel: facts, people, open sales, what was done last and what comes next; the facts can be corrected."""

from panel.panels.company.panel import Company

__all__ = ["Company"]
