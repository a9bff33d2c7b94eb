"""Shows content where programs look for it: as a link below ``snapshots``, as Hugging Face does.

Nothing is asked for here: what is shown is the very content that was verified.
"""

from __future__ import annotations

import contextlib
import errno
import os
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

_TRUE = {"1", "ON", "YES", "TRUE"}
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache.\n"


def show(blob: Path, entry: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Let an entry of a snapshot be this content; whatever stood there makes room for it.

    Where the disk knows no symbolic links the content moves there, as it does in Hugging Face's
    programs: it is never stored twice. The content's lock must be held.

    Args:
        blob: The content, or the entry itself where it lies there already.
        entry: Where programs see it.
        environ: The environment, which tells how links are made.

    Raises:
        OSError: The disk does not do it.
    """
    if entry.exists() and entry.samefile(blob):
        return
    entry.parent.mkdir(parents=True, exist_ok=True)
    if environ.get("HF_HUB_DISABLE_SYMLINKS", "").upper() not in _TRUE:
        target = os.path.relpath(blob, entry.parent)
        with contextlib.suppress(OSError):
            _put(entry, lambda path: _link(path, target, blob))
            return
    if _is_shown(blob):
        _put(entry, lambda path: path.hardlink_to(blob))
    else:
        os.replace(blob, entry)


def take_over(place: Path, entry: Path, repository: Path) -> bool:
    """Let an entry be what another entry of its repository holds itself, stored once.

    Where the disk knows hard links both are it afterwards. Else it moves, if it is the same file
    of an older commit: there is no other way not to store it twice. The content's lock must be
    held.

    Returns:
        Whether the entry is it now.

    Raises:
        OSError: The disk does not do it.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        _put(entry, lambda path: path.hardlink_to(place))
        return True
    snapshots = repository / "snapshots"
    older, newer = place.relative_to(snapshots).parts, entry.relative_to(snapshots).parts
    if older[1:] != newer[1:]:
        return False
    os.replace(place, entry)
    return True


def _is_shown(blob: Path) -> bool:
    """Whether an entry of another commit, made while there were links, is this content."""
    snapshots = blob.parent.parent / "snapshots"
    return any(
        path.is_symlink() and path.exists() and path.samefile(blob) for path in snapshots.rglob("*")
    )


def _link(path: Path, target: str, blob: Path) -> None:
    path.symlink_to(target)
    if not path.samefile(blob):  # some shares make links that lead nowhere
        raise OSError(errno.EOPNOTSUPP, "links do not work here", str(path))


def _put(entry: Path, make: Callable[[Path], object]) -> None:
    """Make something beside the entry and let it take the entry's name in one step."""
    beside = entry.with_name(f".{uuid.uuid4().hex}.new")
    try:
        make(beside)
        os.replace(beside, entry)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def tag(cache_folder: Path) -> None:
    """Tell programs that make backups that this is a cache, as Hugging Face's programs do."""
    with contextlib.suppress(OSError), (cache_folder / "CACHEDIR.TAG").open("x") as file:
        file.write(_TAG)
