"""Hypothesis without a deadline: two busy cores say nothing about an example's time."""

from hypothesis import settings

settings.register_profile("busy_cores", deadline=None)
settings.load_profile("busy_cores")
