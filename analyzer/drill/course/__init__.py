"""Where a run went: forward, backward, sideways, round a turn."""
