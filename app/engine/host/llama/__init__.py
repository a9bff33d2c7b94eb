"""llama.cpp as a library: what it is built with, and its number formats."""
