"""How accurate and how fast the analyzer is, measured; nothing here is shipped."""
