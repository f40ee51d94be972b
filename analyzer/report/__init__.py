"""Showing what was found: text, page, figures, exports."""
