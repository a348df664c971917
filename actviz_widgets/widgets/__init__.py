"""Jupyter plumbing, which knows no model."""
