"""The person panel: who it is and how to reach him, what matters next, and acting on it right there."""

from panel.panels.person.panel import Person

__all__ = ["Person"]
