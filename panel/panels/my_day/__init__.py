"""My day: what a salesperson opens first in the morning; follow-ups are completed and moved in place."""

from panel.panels.my_day.panel import MyDay

__all__ = ["MyDay"]
