"""Blind votes: prompts, answers, rounds, rates."""
