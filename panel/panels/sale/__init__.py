"""The sale panel: which stage it is in, what is missing to move on, and moving it on right there."""

from panel.panels.sale.panel import Sale

__all__ = ["Sale"]
