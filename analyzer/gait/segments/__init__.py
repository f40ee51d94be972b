"""What segments of the body do in a run: their angles against the stand, and what follows from them."""
