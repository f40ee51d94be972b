"""Files that other programs and makers write."""
