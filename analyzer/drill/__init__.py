"""Progressive Speed Runs: run finding, stages, speed profile, rest."""
