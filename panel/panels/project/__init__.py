"""The project panel: how it stands, who takes part, what comes next and what it sells."""

from panel.panels.project.panel import Project

__all__ = ["Project"]
