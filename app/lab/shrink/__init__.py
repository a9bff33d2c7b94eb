"""Making smaller versions."""
