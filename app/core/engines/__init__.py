"""What engines are checked for."""
