"""How far distributions are from the reference's over a text."""
