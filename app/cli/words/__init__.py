"""What the commands print, in words."""
