"""Measurements, as ratios side by side in one run; one JSON line a figure."""
