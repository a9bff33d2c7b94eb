"""The tab that makes versions: which ones, how small, with what left out."""
