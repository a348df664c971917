"""What the layers put out for some pictures in the course of a training."""
