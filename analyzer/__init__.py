"""psr: sensor-driven mechanics for Progressive Speed Runs."""
