"""Shrinkscope: which shrunken version of a language model to run, and what is lost."""

__version__ = "0.1.0"
