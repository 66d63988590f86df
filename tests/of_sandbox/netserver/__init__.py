"""Tests of the sandbox's NetServer."""
