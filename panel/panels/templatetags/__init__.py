"""Template tags of panels."""
