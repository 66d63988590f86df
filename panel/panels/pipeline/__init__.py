"""The pipeline tile: open sales by stage and month, mine, my group's or everybody's."""

from panel.panels.pipeline.panel import Pipeline

__all__ = ["Pipeline"]
