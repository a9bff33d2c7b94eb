"""The words that an engine is started with."""

from __future__ import annotations

PICTURE_READER = "--picture-reader"
"""Starts the program that reads a picture; behind it the folder that keeps it."""
PARENT = "--parent"
"""Behind it the process that must still be its parent."""
STEADY = "--steady"
"""The number of threads must not follow the PC's load."""
WITHOUT_VARIANTS = "--without-variants"
"""Behind it the variants for this processor to do without, with commas between them."""
