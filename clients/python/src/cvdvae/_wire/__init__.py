"""What comes with errors."""
