"""What has to hold on TensorFlow, JAX and PyTorch alike; TensorFlow need not be installed."""
