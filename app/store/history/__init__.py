"""The history: what is kept of everything that was asked and measured, and how it is found."""
