"""The engine process itself: its bounds, threads, memory and channel."""
