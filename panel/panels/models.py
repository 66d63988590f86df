"""What panels remember in the database."""

from panel.panels.editing.once import Once

__all__ = ["Once"]
