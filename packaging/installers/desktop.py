"""What a Linux desktop needs beside the program: everything below ``/usr/share``.

The same files go into the .deb, the .rpm and the portable archive. Version and date come from the
program's source, releases from CHANGELOG.md, the manual page's commands from the program's parser.
"""

from __future__ import annotations

import gzip
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import freeze
from common import (
    APP_ID,
    BUILD,
    HOMEPAGE,
    LINUX_FILES,
    NAME,
    PACKAGING,
    ROOT,
    SUMMARY,
    TREE,
    filled,
    fresh,
    run,
    source_date,
    version,
    write,
)

SHARE = BUILD / "share"
ICONS = BUILD / "icons"
MOST_CHANGES = 12
"""Software centres show a few lines of a release, not a page."""

_RELEASE = re.compile(r"^## \[(\d[^\]]*)\] - (\d{4}-\d{2}-\d{2})$", re.MULTILINE)
_UNRELEASED = re.compile(r"^## \[Unreleased\]$", re.MULTILINE)


def make() -> None:
    """Write the tree at ``build/package/share``."""
    fresh(SHARE)
    icons()
    for size_path in sorted(ICONS.glob("*.png")):
        size = size_path.stem
        target = SHARE / "icons" / "hicolor" / f"{size}x{size}" / "apps" / f"{NAME}.png"
        target.parent.mkdir(parents=True)
        shutil.copyfile(size_path, target)
    scalable = SHARE / "icons" / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True)
    shutil.copyfile(ROOT / "resources" / "icons" / "app.svg", scalable / f"{NAME}.svg")
    _copy("shrinkscope.desktop", f"applications/{NAME}.desktop")
    _copy("shrinkscope-mime.xml", f"mime/packages/{NAME}.xml")
    write(SHARE / "metainfo" / f"{APP_ID}.metainfo.xml", metainfo())
    man = SHARE / "man" / "man1" / f"{NAME}.1.gz"
    man.parent.mkdir(parents=True)
    man.write_bytes(packed(manual_page()))


def icons() -> None:
    """Draw the icon's pictures at ``build/package/icons``."""
    python = freeze.build_environment()
    run([python, PACKAGING / "installers" / "icons.py", fresh(ICONS)])


def metainfo() -> str:
    """The AppStream description."""
    values = {
        "APP_ID": APP_ID,
        "HOMEPAGE": HOMEPAGE,
        "SUMMARY": SUMMARY,
        "RELEASES": releases((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")),
    }
    return filled(LINUX_FILES / "shrinkscope.metainfo.xml", values)


def releases(changelog: str) -> str:
    """AppStream's releases, newest first, from the changelog.

    The version that is built stands first even if the changelog does not name it yet; it is then
    marked as one of development.
    """
    found = [(match[1], match[2], match.end()) for match in _RELEASE.finditer(changelog)]
    texts: list[str] = []
    if version() not in {name for name, _, _ in found}:
        match = _UNRELEASED.search(changelog)
        changes = _changes(changelog[match.end() :]) if match else []
        texts.append(_release(version(), iso_date(), "development", changes))
    texts += [
        _release(name, date, "stable", _changes(changelog[end:])) for name, date, end in found
    ]
    return "\n".join(texts)


def _changes(text: str) -> list[str]:
    """The list items up to the next release, each as one line without Markdown."""
    text = text.split("\n## ", 1)[0]
    items = re.findall(r"^- (.+(?:\n  .+)*)", text, re.MULTILINE)
    return [re.sub(r"\s+", " ", item).replace("`", "").replace("**", "") for item in items]


def _release(name: str, date: str, kind: str, changes: list[str]) -> str:
    head = f'    <release version="{escape(name)}" date="{date}" type="{kind}"'
    if not changes:
        return f"{head}/>"
    items = "\n".join(f"          <li>{escape(item)}</li>" for item in changes[:MOST_CHANGES])
    return (
        f"{head}>\n      <description>\n        <ul>\n{items}\n        </ul>\n"
        f"      </description>\n    </release>"
    )


def manual_page() -> str:
    """The manual page in roff."""
    python = freeze.build_environment()
    commands = run([python, PACKAGING / "installers" / "manual.py"])
    values = {"VERSION": version(), "DATE": iso_date(), "COMMANDS": commands}
    return filled(LINUX_FILES / "shrinkscope.1", values)


def iso_date() -> str:
    """The source's date."""
    return datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")


def packed(text: str) -> bytes:
    """A text as Debian wants documents packed: the same bytes for the same text."""
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _copy(source: str, target: str) -> None:
    path = SHARE / target
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(LINUX_FILES / source, path)


def lay_out(root: Path, prefix: str) -> None:
    """Put the program and its desktop files below a root, the program at ``<prefix>/lib``."""
    base = root / prefix
    (base / "lib").mkdir(parents=True)
    shutil.copytree(TREE, base / "lib" / NAME, symlinks=True)
    shutil.copytree(SHARE, base / "share")
    (base / "bin").mkdir()
    (base / "bin" / NAME).symlink_to(f"../lib/{NAME}/{NAME}")
