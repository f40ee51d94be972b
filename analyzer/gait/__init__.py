"""One finished run: contacts, trajectory, strides, steps."""
