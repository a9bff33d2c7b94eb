"""The list of ladders and what is being measured."""
