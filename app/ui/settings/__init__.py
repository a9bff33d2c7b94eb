"""Settings of candidates, sampling, engines, and of the program."""
