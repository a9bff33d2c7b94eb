"""A fresh Debian in a folder, with nothing but what the package declares: no Python, no compiler.

Needs root. The bare system is fetched once and kept packed; each trial unpacks it anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import deb
from common import BUILD, NAME, PackagingError, fresh, need, run, say

SUITE = "bookworm"
_MIRROR = "http://deb.debian.org/debian"
BASE = BUILD / "debian-base.tar"
ROOT = BUILD / "debian-root"
FORBIDDEN = ("python3", "gcc", "cc", "g++", "clang", "make")


def make() -> Path:
    """Return a fresh system with what the package declares, and nothing beyond that."""
    if os.geteuid() != 0:
        raise PackagingError("Only root can make a Debian in a folder: sudo make test-package")
    need("debootstrap", "dpkg-deb")
    if not BASE.is_file():
        _fetch_base()
    remove()
    fresh(ROOT)
    run(["tar", "-xpf", BASE, "-C", ROOT])
    _install_dependencies()
    found = [name for name in FORBIDDEN if in_root("sh", "-c", f"command -v {name} || true")]
    if found:
        raise PackagingError(f"The fresh system is not bare: it has {', '.join(found)}.")
    return ROOT


def remove() -> None:
    """Remove the system."""
    shutil.rmtree(ROOT, ignore_errors=True)


def install_package() -> None:
    """Install the .deb with dpkg alone: what it declares must be enough."""
    shutil.copyfile(deb.path(), ROOT / "tmp" / deb.path().name)
    in_root("dpkg", "-i", f"/tmp/{deb.path().name}")
    if problems := in_root("dpkg", "--audit"):
        raise PackagingError(f"dpkg is not content:\n{problems}")


def in_root(*words: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command in the system and return what it printed."""
    return run(command(*words), env=_environment(env))


def start(*words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a command in the system; its own process is the command."""
    return subprocess.Popen(
        command(*words), env=_environment(env), stdin=subprocess.DEVNULL, cwd=ROOT
    )


def command(*words: str) -> list[str]:
    """The words that run a command in the system, with a ``/proc`` and ``/dev`` of its own."""
    setup = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", setup, str(ROOT), *words]


def running() -> list[str]:
    """The command lines of all processes that run programs of the system."""
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            program = os.readlink(entry / "exe")
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if program.startswith(str(ROOT)):
            found.append(f"{entry.name} {words.strip()}")
    return found


def _fetch_base() -> None:
    say(f"  fetching a bare Debian ({SUITE}), once")
    words = ["debootstrap", "--variant=minbase", SUITE, fresh(ROOT)]
    run([*words, os.environ.get("DEBIAN_MIRROR", _MIRROR)], log=BUILD / "base.log")
    shutil.copyfile("/etc/resolv.conf", ROOT / "etc" / "resolv.conf")
    run(["tar", "-cpf", BASE, "-C", ROOT, "."])


def _install_dependencies() -> None:
    declared = run(["dpkg-deb", "-f", deb.path(), "Depends"])
    names = [re.sub(r"\s*\(.*\)|\s*\|.*", "", name).strip() for name in declared.split(",")]
    say(f"  installing the {len(names)} packages that {NAME} declares")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    in_root("apt-get", "update", "-qq", env=quiet)
    words = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    in_root(*words, *names, env=quiet)


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    path = "/usr/sbin:/usr/bin:/sbin:/bin"
    return kept | {"PATH": path, "HOME": "/root", "LC_ALL": "C.UTF-8"} | dict(more or {})
