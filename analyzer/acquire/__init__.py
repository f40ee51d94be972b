"""Getting samples in: captures, live payloads, files."""
