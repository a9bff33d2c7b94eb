"""What a program that was killed has left of a version: parts of the file, copies of the source."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path


def remove_leftovers(target: Path) -> None:
    """Remove what making ``target`` wrote beside it; nobody else may be making it now."""
    folder = target.resolve().parent
    with contextlib.suppress(OSError):
        for each in list(folder.iterdir()):
            name = each.name
            if name.startswith(f"{target.name}.") and name.endswith(".part"):
                if name[len(target.name) + 1 : -len(".part")].isdigit():
                    each.unlink(missing_ok=True)
            elif name.startswith(f".{target.name}.") and each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
