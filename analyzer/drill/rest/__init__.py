"""What lay between the runs."""
