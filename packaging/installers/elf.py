"""What libraries a tree of binaries links, and which of them are not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from common import run

_MAGIC = b"\x7fELF"
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[([^\]]+)\]")

# What every Linux with a window has, and keeps up to date. A bundled copy of these would age, and
# a graphics driver newer than a bundled libstdc++ does not load beside it.
FROM_THE_SYSTEM = frozenset(
    {
        "ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0",
        "libresolv.so.2", "librt.so.1", "libutil.so.1", "libgcc_s.so.1", "libstdc++.so.6",
        "libz.so.1", "libzstd.so.1", "libEGL.so.1", "libGL.so.1", "libX11.so.6", "libX11-xcb.so.1",
        "libdbus-1.so.3", "libfontconfig.so.1", "libfreetype.so.6", "libglib-2.0.so.0",
        "libgthread-2.0.so.0", "libxkbcommon.so.0", "libxkbcommon-x11.so.0", "libxcb.so.1",
        "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1",
        "libxcb-randr.so.0", "libxcb-render.so.0", "libxcb-render-util.so.0", "libxcb-shape.so.0",
        "libxcb-shm.so.0", "libxcb-sync.so.1", "libxcb-util.so.1", "libxcb-xfixes.so.0",
        "libxcb-xkb.so.1", "libwayland-client.so.0", "libwayland-cursor.so.0",
        "libwayland-egl.so.1", "libvulkan.so.1",
    }
)  # fmt: skip
OPTIONAL = frozenset({"libvulkan.so.1"})
"""Without it, only the part that links it is not loaded."""


def files_below(folder: Path) -> Iterator[Path]:
    """All programs and libraries below a folder, links left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if stream.read(4) == _MAGIC:
                    yield path


def needed(path: Path) -> list[str]:
    """The libraries that a program or library links."""
    return _NEEDED.findall(run(["readelf", "--dynamic", "--wide", path], env={"LC_ALL": "C"}))


def outside(folder: Path) -> dict[str, list[Path]]:
    """What a tree links and does not hold: each library, and who links it."""
    names = {path.name for path in folder.rglob("*.so*")}
    found: dict[str, list[Path]] = {}
    for path in files_below(folder):
        for name in needed(path):
            if name not in names:
                found.setdefault(name, []).append(path)
    return found
