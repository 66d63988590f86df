"""No address is forgotten by the tests that visit them all."""

from __future__ import annotations

from .routes import SAMPLES, routes


def test_every_route_has_a_sample() -> None:
    """Add a sample to ``routes.SAMPLES`` for a new route: the other tests then visit it as everybody."""
    assert sorted(routes()) == sorted(SAMPLES)
    assert all(SAMPLES.values())
