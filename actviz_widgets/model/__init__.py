"""A Keras model run once, with every layer call by its path."""
