"""What every sensor says of the mechanics of each step or stride, as one table."""
