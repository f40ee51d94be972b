"""How fast a run was: its profile, where it slows, and what anchors its scale."""
