"""What belongs to the one window: its lock, its claim, its doorbell."""
