"""Lists, panels, fields, preferences and foreign keys of the sandbox's NetServer."""
