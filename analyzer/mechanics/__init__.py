"""Judging: thresholds with their sources, and findings."""
