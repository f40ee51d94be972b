"""What was asked: runs matched to the plan, efforts against the best of the day and of weeks."""
