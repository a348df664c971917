"""What each view shows, as plain data."""
