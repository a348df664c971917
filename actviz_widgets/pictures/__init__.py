"""From what users hand in to pictures and model input, without Keras."""
