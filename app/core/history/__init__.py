"""What an entry of the history is, and how its words are looked for."""
