"""What stands in the way of a window on this PC, found before Qt aborts over it.

Qt ends the process when a system library or the display is missing. Everything here is standard
library, so that it also runs before anything is installed. Only Linux needs it: on Windows and
macOS Qt brings all it needs.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Library:
    """A system library that Qt links, and the package that brings it."""

    soname: str
    apt: str
    dnf: str
    pacman: str
    zypper: str


def _xcb(soname: str, apt: str, other: str = "libxcb") -> Library:
    return Library(soname, apt, dnf=other, pacman=other, zypper=apt)


# Read off the NEEDED entries of PySide6-Essentials 6.11's libQt6Core, libQt6Gui, libQt6DBus and
# of its platform plugins; tests/test_preflight.py compares them with the installed ones.
ALWAYS: tuple[Library, ...] = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd", "libglvnd"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd", "libglvnd"),
    Library("libX11.so.6", "libx11-6", "libX11", "libx11", "libX11-6"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig", "libfontconfig1"),
    Library("libfreetype.so.6", "libfreetype6", "freetype", "freetype2", "libfreetype6"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "libgthread-2_0-0"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    Library("libz.so.1", "zlib1g", "zlib", "zlib", "libz1"),
    Library("libzstd.so.1", "libzstd1", "libzstd", "zstd", "libzstd1"),
)
XCB: tuple[Library, ...] = (
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11", "libX11-xcb1"),
    _xcb("libxcb.so.1", "libxcb1"),
    _xcb("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    _xcb("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    _xcb("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    _xcb("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    _xcb("libxcb-randr.so.0", "libxcb-randr0"),
    _xcb("libxcb-render.so.0", "libxcb-render0"),
    _xcb("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    _xcb("libxcb-shape.so.0", "libxcb-shape0"),
    _xcb("libxcb-shm.so.0", "libxcb-shm0"),
    _xcb("libxcb-sync.so.1", "libxcb-sync1"),
    _xcb("libxcb-util.so.1", "libxcb-util1", "xcb-util"),
    _xcb("libxcb-xfixes.so.0", "libxcb-xfixes0"),
    _xcb("libxcb-xkb.so.1", "libxcb-xkb1"),
    _xcb("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)
WAYLAND: tuple[Library, ...] = (
    Library(
        "libwayland-client.so.0",
        "libwayland-client0",
        "libwayland-client",
        "wayland",
        "libwayland-client0",
    ),
    Library(
        "libwayland-cursor.so.0",
        "libwayland-cursor0",
        "libwayland-cursor",
        "wayland",
        "libwayland-cursor0",
    ),
)
NO_DISPLAY = "so the window cannot open; the command line needs none"

_LIBRARIES = {"xcb": ALWAYS + XCB, "wayland": ALWAYS + WAYLAND}
_DISPLAY_VARIABLE = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY"}

_INSTALL = {
    "apt": "apt-get install -y",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --needed",
    "zypper": "zypper install -y",
}
_MANAGERS = {
    "debian": "apt",
    "ubuntu": "apt",
    "fedora": "dnf",
    "rhel": "dnf",
    "centos": "dnf",
    "arch": "pacman",
    "suse": "zypper",
    "opensuse": "zypper",
}


def loads(soname: str) -> bool:
    """Tell whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def answers(qt_platform: str) -> bool:
    """Tell whether the display server of a Qt platform ("xcb" or "wayland") accepts a client.

    The libraries of the platform must be there.
    """
    if qt_platform == "xcb":
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
        refused = bool(xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)
        return not refused
    wayland = ctypes.CDLL("libwayland-client.so.0")
    wayland.wl_display_connect.restype = ctypes.c_void_p
    display = wayland.wl_display_connect(None)
    if not display:
        return False
    wayland.wl_display_disconnect(ctypes.c_void_p(display))
    return True


def package_manager(os_release: Mapping[str, str]) -> str | None:
    """Return "apt", "dnf", "pacman" or "zypper" for the fields of /etc/os-release, else None."""
    names = [os_release.get("ID", ""), *os_release.get("ID_LIKE", "").split()]
    for name in names:
        manager = _MANAGERS.get(name) or _MANAGERS.get(name.partition("-")[0])
        if manager is not None:
            return manager
    return None


def read_os_release() -> dict[str, str]:
    """Return the fields of /etc/os-release, none where the file is missing."""
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def install_command(manager: str, packages: Iterable[str]) -> str:
    """Return the shell line that installs packages, with sudo unless this is root already."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}{_INSTALL[manager]} {' '.join(sorted(set(packages)))}"


def missing(libraries: Iterable[Library], probe: Callable[[str], bool] = loads) -> list[Library]:
    """Return the libraries that the probe does not find, in the given order."""
    return [library for library in libraries if not probe(library.soname)]


def missing_sentence(libraries: list[Library], os_release: Mapping[str, str]) -> str:
    """Say which libraries are missing and the one line that installs them."""
    sonames = ", ".join(library.soname for library in libraries)
    lack = f"The window's toolkit Qt lacks system libraries here ({sonames})"
    manager = package_manager(os_release)
    if manager is None:
        return f"{lack}; install the packages that bring them."
    command = install_command(manager, (getattr(library, manager) for library in libraries))
    return f"{lack}; this installs them:\n    {command}"


def offscreen_obstacle(
    *,
    system: str = sys.platform,
    probe: Callable[[str], bool] = loads,
    os_release: Mapping[str, str] | None = None,
) -> str | None:
    """Return why Qt would not even draw without a screen, None when it would."""
    if not system.startswith("linux"):
        return None
    lacking = missing(ALWAYS, probe)
    if not lacking:
        return None
    return missing_sentence(lacking, read_os_release() if os_release is None else os_release)


def window_obstacle(
    environ: Mapping[str, str] = os.environ,
    *,
    system: str = sys.platform,
    probe: Callable[[str], bool] = loads,
    connect: Callable[[str], bool] = answers,
    os_release: Mapping[str, str] | None = None,
) -> str | None:
    """Return why no window can open here, in words for the person; None when one can.

    Args:
        environ: Where DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM are looked up.
        system: As in ``sys.platform``.
        probe: Tells whether a library is found.
        connect: Tells whether the display server of a Qt platform accepts a client.
        os_release: The fields of /etc/os-release; read when left out.
    """
    if not system.startswith("linux"):
        return None
    wanted = _wanted_platforms(environ)
    if not wanted:
        return offscreen_obstacle(system=system, probe=probe, os_release=os_release)
    shown = [name for name in wanted if environ.get(_DISPLAY_VARIABLE[name])]
    if not shown:
        return no_display_sentence()
    lacking = {name: missing(_LIBRARIES[name], probe) for name in shown}
    usable = [name for name in shown if not lacking[name]]
    if not usable:
        # The last one is xcb where it is wanted at all: it runs on both kinds of display.
        fields = read_os_release() if os_release is None else os_release
        return missing_sentence(lacking[shown[-1]], fields)
    if not any(connect(name) for name in usable):
        return no_display_sentence("No display answers here")
    return None


def no_display_sentence(reason: str = "There is no display here") -> str:
    """Say that no window can open, and the way that needs none."""
    return f'{reason}, {NO_DISPLAY}:\n    {program()} compare --demo --prompt "What is 47 + 38?"'


def program() -> str:
    """Return what a person types here to start this program's command line."""
    script = Path(sys.executable).parent / "shrinkscope"
    if not script.is_file():
        return f"{shlex.quote(sys.executable)} -m app"
    with contextlib.suppress(ValueError):
        script = script.relative_to(Path.cwd())
    return shlex.quote(str(script))


def _wanted_platforms(environ: Mapping[str, str]) -> list[str]:
    """Return which of "wayland" and "xcb" Qt would try, in its order; none for an offscreen one."""
    chosen = environ.get("QT_QPA_PLATFORM", "")
    if not chosen:
        return ["wayland", "xcb"]
    names = [name.partition(":")[0].partition("-")[0] for name in chosen.split(";")]
    return [name for name in names if name in _DISPLAY_VARIABLE]
