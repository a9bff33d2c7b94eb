"""The command line over lab."""
