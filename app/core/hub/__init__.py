"""What is said about the Hub: addresses, choices, downloads."""
