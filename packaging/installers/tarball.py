"""The portable archive: unpack it anywhere and start ``shrinkscope``."""

from __future__ import annotations

import tarfile
from pathlib import Path

import desktop
from common import (
    BUILD,
    DIST,
    LINUX_FILES,
    NAME,
    TREE,
    filled,
    fresh,
    source_date,
    version,
)


def path() -> Path:
    """Where the archive is put."""
    return DIST / f"{NAME}-{version()}-linux-x86_64.tar.gz"


def make() -> None:
    """Pack the program, the desktop's files and a page that says what to do with them."""
    folder = f"{NAME}-{version()}"
    note = fresh(BUILD / "tarball") / "README.txt"
    note.write_text(filled(LINUX_FILES / "portable.txt", {"VERSION": version()}), encoding="utf-8")
    with tarfile.open(path(), "w:gz", compresslevel=6) as archive:
        archive.add(TREE, folder, filter=_plain)
        archive.add(desktop.SHARE, f"{folder}/share", filter=_plain)
        archive.add(note, f"{folder}/README.txt", filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's file, of the source's date."""
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    member.mtime = source_date()
    return member
