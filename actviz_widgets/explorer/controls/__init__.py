"""The explorer's controls."""
