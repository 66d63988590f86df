"""The request panel: what somebody asks, who has it and since when, and settling it right there."""

from panel.panels.request.new import NewRequest
from panel.panels.request.panel import Request

__all__ = ["NewRequest", "Request"]
