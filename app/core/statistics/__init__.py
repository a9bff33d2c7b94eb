"""Figures and intervals, each small and exact enough to be checked by hand.

All but ``percentiles`` (numpy) needs only Python's own library; ``llama_perplexity`` has another
tool's formulas.
"""
