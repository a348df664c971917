"""What the figure shows, a panel for each kind of view."""
