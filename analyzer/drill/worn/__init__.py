"""What the way sensors were worn does to a practice, and what it leaves untold."""
