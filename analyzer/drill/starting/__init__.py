"""How a run began: first movement, reaction, false step."""
