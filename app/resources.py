"""Where the files that ship with the program are found."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    installed = Path(__file__).parent / "_resources"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "resources"


def resource_path(*parts: str) -> Path:
    """Return the path of a shipped file, e.g. ``resource_path("demo", "prompts.json")``.

    In a checkout the files lie in ``resources/``; in a wheel at ``app/_resources/``.
    """
    return _root().joinpath(*parts)
