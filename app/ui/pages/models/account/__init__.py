"""The person's account at the Hub."""
