"""Other makers' sensors: what to write to them, and their notifications as samples in SI."""
