"""Pictures through a model: computed, kept, counted and explained."""
