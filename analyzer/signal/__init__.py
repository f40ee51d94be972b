"""Arrays in, arrays out: filters, quality, alignment, orientation."""
