"""What manufacturers specify: ranges, accuracy, noise, timing, with page references."""
