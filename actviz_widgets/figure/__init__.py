"""The matplotlib figure."""
