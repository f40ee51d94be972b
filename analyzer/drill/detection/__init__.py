"""Where in a practice somebody ran, and what moves without being a run."""
