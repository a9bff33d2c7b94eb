"""The queue of ladders: orders, runs, repetitions."""
