"""What if: a candidate on other devices."""
