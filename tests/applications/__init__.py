"""Every architecture of `keras.applications`, each of its layers, against a plain forward pass."""
