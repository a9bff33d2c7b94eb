"""Many prompts for the models of the open chat, and their answers beside each other."""
