"""All runs at one effort together, and what changes from one effort to the next."""
