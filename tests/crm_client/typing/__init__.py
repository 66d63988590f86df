"""A program that is checked and never run."""
