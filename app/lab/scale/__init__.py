"""The scaling chart and the same candidate on other devices."""
