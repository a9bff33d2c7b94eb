"""What Qt lacks on a PC is said before Qt aborts over it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import PySide6
import pytest

from app import preflight

QT = Path(PySide6.__file__).parent / "Qt"
C_RUNTIME = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"}
DEBIAN = {"ID": "debian"}
X11 = {"DISPLAY": ":0"}
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
linux_only = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux lets a program lack Qt's libraries"
)


def needed(*files: str) -> set[str]:
    """Return the sonames in Qt files' string tables that Qt does not bring itself."""
    found: set[str] = set()
    for name in files:
        names = re.findall(rb"\0(lib[\w.+-]+\.so\.\d+)(?=\0)", (QT / name).read_bytes())
        found.update(soname.decode() for soname in names)
    return {soname for soname in found if not (QT / "lib" / soname).exists()} - C_RUNTIME


def sonames(libraries: tuple[preflight.Library, ...]) -> set[str]:
    return {library.soname for library in libraries}


def lacking(*absent: str) -> Callable[[str], bool]:
    return lambda soname: soname not in absent


def obstacle(
    environ: dict[str, str],
    *absent: str,
    connect: Callable[[str], bool] = lambda _: True,
    os_release: dict[str, str] | None = None,
) -> str | None:
    return preflight.window_obstacle(
        environ,
        system="linux",
        probe=lacking(*absent),
        connect=connect,
        os_release=DEBIAN if os_release is None else os_release,
    )


@linux_only
def test_the_tables_name_what_the_installed_qt_needs() -> None:
    always = needed(
        "lib/libQt6Core.so.6",
        "lib/libQt6Gui.so.6",
        "lib/libQt6Widgets.so.6",
        "lib/libQt6DBus.so.6",
        "lib/libQt6Svg.so.6",
        "plugins/platforms/libqoffscreen.so",
    )
    xcb = needed("lib/libQt6XcbQpa.so.6", "plugins/platforms/libqxcb.so")
    wayland = needed("lib/libQt6WaylandClient.so.6", "plugins/platforms/libqwayland.so")
    assert always == sonames(preflight.ALWAYS)
    assert xcb - always == sonames(preflight.XCB)
    assert wayland - always == sonames(preflight.WAYLAND)


@pytest.mark.parametrize("environ", [X11, WAYLAND, X11 | WAYLAND])
def test_nothing_is_said_where_a_window_can_open(environ: dict[str, str]) -> None:
    assert obstacle(environ) is None


def test_a_missing_library_is_answered_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    said = obstacle(X11, "libxcb-cursor.so.0", "libEGL.so.1")
    assert said is not None
    assert said.endswith("sudo apt-get install -y libegl1 libxcb-cursor0")


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said = obstacle(X11, "libxcb-cursor.so.0")
    assert said is not None
    assert "sudo" not in said


@pytest.mark.parametrize(
    ("os_release", "command"),
    [
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "apt-get install -y libxcb-icccm4"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt-get install -y libxcb-icccm4"),
        ({"ID": "fedora"}, "dnf install -y xcb-util-wm"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "dnf install -y xcb-util-wm"),
        ({"ID": "endeavouros", "ID_LIKE": "arch"}, "pacman -S --needed xcb-util-wm"),
        ({"ID": "opensuse-tumbleweed"}, "zypper install -y libxcb-icccm4"),
    ],
)
def test_each_distribution_has_its_own_line(os_release: dict[str, str], command: str) -> None:
    said = obstacle(X11, "libxcb-icccm.so.4", os_release=os_release)
    assert said is not None
    assert said.endswith(command)


def test_an_unknown_distribution_is_told_the_files() -> None:
    said = obstacle(X11, "libxcb-shape.so.0", os_release={"ID": "haiku"})
    assert said is not None
    assert "libxcb-shape.so.0" in said
    assert "install" in said


def test_wayland_alone_does_not_need_the_libraries_of_x11() -> None:
    assert obstacle(WAYLAND, "libxcb-cursor.so.0") is None
    assert obstacle(X11 | WAYLAND, "libwayland-client.so.0") is None


@pytest.mark.parametrize("environ", [{}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": "xcb"} | WAYLAND])
def test_without_a_display_the_command_line_is_named(environ: dict[str, str]) -> None:
    said = obstacle(environ)
    assert said is not None
    assert said.startswith("There is no display here")
    assert "compare --demo --prompt" in said


def test_a_display_that_does_not_answer_is_none() -> None:
    said = obstacle(X11, connect=lambda _: False)
    assert said is not None
    assert said.startswith("No display answers here")


@pytest.mark.parametrize("chosen", ["offscreen", "minimal", "vnc:size=800x600", "linuxfb"])
def test_platforms_without_a_display_need_only_the_base(chosen: str) -> None:
    environ = {"QT_QPA_PLATFORM": chosen}
    assert obstacle(environ, "libxcb-cursor.so.0") is None
    said = obstacle(environ, "libEGL.so.1")
    assert said is not None
    assert "libegl1" in said


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_bring_all_that_qt_needs(system: str) -> None:
    nothing = lacking(*sonames(preflight.ALWAYS))
    assert preflight.window_obstacle({}, system=system, probe=nothing) is None
    assert preflight.offscreen_obstacle(system=system, probe=nothing) is None


@linux_only
def test_the_real_linker_is_asked() -> None:
    assert preflight.loads("libc.so.6")
    assert not preflight.loads("libno-such-thing.so.9")
    assert preflight.offscreen_obstacle() is None


@linux_only
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_real_display_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["Xvfb", "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "64x64x24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        display = f":{server.stdout.readline().decode().strip()}"
        monkeypatch.setenv("DISPLAY", display)
        try:
            assert preflight.window_obstacle({"DISPLAY": display}) is None
        finally:
            server.terminate()
    assert not preflight.answers("xcb")


@linux_only
def test_the_program_says_so_instead_of_aborting() -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    for display in ({}, {"DISPLAY": "unix:/nowhere.0"}):
        result = subprocess.run(
            [sys.executable, "-m", "app"],
            env=environ | display,
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert result.stdout == ""
        assert "so the window cannot open" in result.stderr
        assert "Traceback" not in result.stderr
