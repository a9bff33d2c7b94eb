"""The ``.rpm`` of the same tree, for Fedora, openSUSE and their kin."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import desktop
import elf
from common import (
    BUILD,
    DIST,
    HOMEPAGE,
    LINUX_FILES,
    MAINTAINER,
    NAME,
    TREE,
    filled,
    fresh,
    need,
    run,
    source_date,
    version,
    write,
)

WORK = BUILD / "rpm"
LEAST_GLIBC = "2.36"
# Their sonames come with glibc and the compiler's runtime, which every system has by other names.
_GLIBC = ("libc.", "libm.", "libdl.", "libpthread.", "librt.", "libutil.", "ld-linux")
_WEAK = ("libwayland-", "libvulkan.")


def path() -> Path:
    """Where the package is put."""
    return DIST / f"{NAME}-{version()}-1.x86_64.rpm"


def make() -> None:
    """Build the package from a tree that is laid out already: nothing is compiled or changed."""
    need("rpmbuild")
    fresh(WORK)
    staged = WORK / "staged"
    desktop.lay_out(staged, "usr")
    licences = staged / "usr" / "share" / "licenses" / NAME
    licences.parent.mkdir(parents=True)
    licences.symlink_to(f"../../lib/{NAME}/licences")
    spec = write(WORK / f"{NAME}.spec", specification())
    command = ["rpmbuild", "-bb", "--target", "x86_64", "--define", f"_topdir {WORK / 'top'}"]
    command += ["--define", f"staged {staged}", "--define", f"_rpmdir {WORK / 'out'}"]
    run([*command, spec], env={"SOURCE_DATE_EPOCH": str(source_date())}, log=BUILD / "rpmbuild.log")
    (made,) = (WORK / "out").rglob("*.rpm")
    shutil.copyfile(made, path())


def specification() -> str:
    """The package's spec file."""
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%a %b %d %Y")
    values = {
        "VERSION": version(),
        "HOMEPAGE": HOMEPAGE,
        "MAINTAINER": MAINTAINER,
        "DATE": date,
        "REQUIRES": "\n".join(f"Requires: {name}" for name in requirements()),
        "RECOMMENDS": "\n".join(f"Recommends: {name}" for name in recommendations()),
    }
    return filled(LINUX_FILES / "shrinkscope.spec.in", values)


def requirements() -> list[str]:
    """What the tree links of the system, by the names that every rpm distribution knows."""
    names = ["rtld(GNU_HASH)", f"libc.so.6(GLIBC_{LEAST_GLIBC})(64bit)"]
    return names + [_provided(name) for name in _linked() if not name.startswith(_WEAK)]


def recommendations() -> list[str]:
    """What single parts link and the program runs without."""
    return [_provided(name) for name in _linked() if name.startswith(_WEAK)]


def _linked() -> list[str]:
    return sorted(name for name in elf.outside(TREE) if not name.startswith(_GLIBC))


def _provided(soname: str) -> str:
    return f"{soname}()(64bit)"
