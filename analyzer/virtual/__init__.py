"""The virtual athlete: motion first, sensor signals second."""
