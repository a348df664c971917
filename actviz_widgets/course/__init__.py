"""What the course notebooks measure and check, apart from what they teach."""
