"""What packages say of the program is what the program is; building them is ``make package``."""

from __future__ import annotations

import configparser
import importlib.util
import os
import platform
import plistlib
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app import __version__, preflight
from app.__main__ import COMMANDS
from app.cli.main import build_parser
from app.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
sys.path.append(str(ROOT / "packaging" / "installers"))  # the scripts import each other by name

import amx  # noqa: E402
import common  # noqa: E402
import deb  # noqa: E402
import desktop  # noqa: E402
import elf  # noqa: E402
import engine  # noqa: E402
import icons  # noqa: E402
import manual  # noqa: E402

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- `ladder` measures **everything** of a reference
  and its candidates.

## [0.0.9] - 2026-05-04

- A window & panes <four> of them.

## [0.0.8] - 2026-04-01
"""


def test_the_version_comes_from_one_place() -> None:
    assert common.version() == __version__
    names = [deb.path().name, desktop.metainfo()]
    assert all(__version__ in name for name in names)


def test_the_engine_is_the_pinned_one() -> None:
    constraints = (ROOT / "constraints.txt").read_text()
    assert f"llama-cpp-python=={engine.pinned()}\n" in constraints
    pins = (ROOT / "packaging" / "requirements.txt").read_text()
    for line in pins.splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+", line), line


def test_what_is_loaded_by_name_is_frozen_too() -> None:
    spec = (ROOT / "packaging" / "shrinkscope.spec").read_text()
    named = {
        name
        for path in (ROOT / "app").rglob("*.py")
        for name in re.findall(r'import_module\("([\w.]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert "app.engine.host.main" in named
    for name in named:
        assert f'"{name}"' in spec, f"PyInstaller does not see {name}"


def test_what_the_program_imports_is_not_left_out() -> None:
    spec = (ROOT / "packaging" / "shrinkscope.spec").read_text()
    block = spec[spec.index("LEFT_OUT = [") : spec.index("]  # fmt: skip", spec.index("LEFT_OUT"))]
    left_out = set(re.findall(r'"([\w.]+)"', block))
    assert {"PySide6.QtQml", "torch"} <= left_out
    for path in (ROOT / "app").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^\s*(?:from|import) ([\w.]+)", text, re.MULTILINE):
            parts = name.split(".")
            heads = {".".join(parts[: count + 1]) for count in range(len(parts))}
            assert not heads & left_out, f"{path.name} imports {name}, which is not frozen"


def test_what_qt_asks_of_the_system_is_declared_not_bundled() -> None:
    for library in (*preflight.ALWAYS, *preflight.XCB, *preflight.WAYLAND):
        assert library.soname in elf.FROM_THE_SYSTEM
    assert elf.OPTIONAL <= elf.FROM_THE_SYSTEM


# --- the desktop's files ------------------------------------------------------------------


def test_releases_come_from_the_changelog() -> None:
    tree = ElementTree.fromstring(f"<releases>{desktop.releases(CHANGELOG)}</releases>")
    found = [(node.get("version"), node.get("type"), node.get("date")) for node in tree]
    assert found[0][:2] == (__version__, "development")
    assert found[1:] == [("0.0.9", "stable", "2026-05-04"), ("0.0.8", "stable", "2026-04-01")]
    assert [node.text for node in tree.iter("li")] == [
        "ladder measures everything of a reference and its candidates.",
        "A window & panes <four> of them.",
    ]


def test_a_released_version_stands_once() -> None:
    changelog = f"## [{__version__}] - 2027-01-02\n\n- It is out.\n"
    tree = ElementTree.fromstring(f"<releases>{desktop.releases(changelog)}</releases>")
    assert [(node.get("version"), node.get("type")) for node in tree] == [(__version__, "stable")]


def test_the_description_fits_the_other_files() -> None:
    tree = ElementTree.fromstring(desktop.metainfo())
    assert tree.findtext("id") == common.APP_ID
    assert (LINUX / (tree.findtext("launchable") or "")).is_file()
    pictures = [node.text or "" for node in tree.iter("image")]
    assert len(pictures) >= 3
    for picture in pictures:
        assert picture.startswith("https://")
        file = ROOT / "docs" / "images" / Path(picture).name
        width, height = struct.unpack(">II", file.read_bytes()[16:24])
        size = next(node for node in tree.iter("image") if node.text == picture)
        assert (size.get("width"), size.get("height")) == (str(width), str(height))


def test_the_desktop_entry_takes_files_and_links() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(LINUX / "shrinkscope.desktop", encoding="utf-8")
    words = entry["Desktop Entry"]
    assert words["Exec"] == "shrinkscope %U"
    assert words["MimeType"].rstrip(";").split(";") == [
        "application/x-gguf",
        "x-scheme-handler/shrinkscope",
    ]
    # The window tells the desktop this name: it is found by it.
    source = (ROOT / "app" / "ui" / "application.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{words["StartupWMClass"]}")' in source


def test_the_mime_type_is_that_of_model_files() -> None:
    tree = ElementTree.parse(LINUX / "shrinkscope-mime.xml").getroot()
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    (kind,) = tree.findall("m:mime-type", space)
    assert kind.get("type") == "application/x-gguf"
    match = kind.find("m:magic/m:match", space)
    assert match is not None
    head = resource_path("demo", "shrinkscope-demo-F16.gguf").read_bytes()[:4]
    assert (match.get("offset"), match.get("value")) == ("0", head.decode())


def test_the_manual_page_knows_every_command_and_option() -> None:
    page = manual.commands(build_parser())
    told = {line[4:] for line in page.splitlines() if line.startswith(".SS ")}
    assert told == {command.replace("-", "\\-") for command in COMMANDS}
    assert "\n\n" not in page
    for option in ("--prompt", "--reference", "--report", "--together", "--endpoint"):
        assert option.replace("-", "\\-") in page
    assert "%(" not in page


def test_a_template_with_a_gap_is_refused(tmp_path: Path) -> None:
    template = common.write(tmp_path / "page.1", "@NAME@ of @VERSION@")
    assert common.filled(template, {"NAME": "x", "VERSION": "1"}) == "x of 1"
    with pytest.raises(common.PackagingError, match="@VERSION@"):
        common.filled(template, {"NAME": "x"})


# --- icons and licences -------------------------------------------------------------------


@pytest.mark.parametrize("size", [16, 48, 512])
def test_icons_are_drawn_in_every_size(qapp: object, size: int) -> None:
    picture = icons.png(size)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (size, size)


def test_icon_containers_hold_the_pictures() -> None:
    pictures = {16: b"sixteen", 256: b"two hundred and fifty-six"}
    made = icons.ico(pictures)
    assert struct.unpack("<HHH", made[:6]) == (0, 1, 2)
    for number, (size, picture) in enumerate(pictures.items()):
        side, length, offset = struct.unpack("<B7xII", made[6 + 16 * number : 22 + 16 * number])
        assert side == size % 256
        assert made[offset : offset + length] == picture
    apple = icons.icns({b"ic08": b"picture"})
    assert apple == b"icns" + struct.pack(">I", 23) + b"ic08" + struct.pack(">I", 15) + b"picture"


def test_licences_that_every_debian_has_are_pointed_to() -> None:
    text = (ROOT / "packaging" / "licences" / "GPL-3.txt").read_text(encoding="utf-8")
    short = deb.without_common(f"Before.\n{text}\nAfter.")
    assert len(short) < 500
    assert "/usr/share/common-licenses/GPL-3" in short
    assert short.startswith("Before.")
    assert short.rstrip().endswith("After.")
    own = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert deb.without_common(own) == own


def test_the_duties_of_qts_licence_are_said() -> None:
    folder = ROOT / "packaging" / "licences"
    said = common.filled(folder / "qt.txt", {"QT_VERSION": "6.1.2"})
    for words in ("version 3", "replace", "source", "6.1.2", "LGPL-3.txt", "GPL-3.txt"):
        assert words in said
    assert (folder / "LGPL-3.txt").is_file()
    assert (folder / "GPL-3.txt").is_file()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads ELF files")
def test_links_of_libraries_are_read() -> None:
    found = importlib.util.find_spec("_ctypes")
    assert found is not None
    assert found.origin is not None
    assert "libc.so.6" in elf.needed(Path(found.origin))


# --- recipes that cannot be run here ------------------------------------------------------


def test_the_windows_recipe_fits_the_program() -> None:
    folder = ROOT / "packaging" / "windows"
    script = (folder / "build.ps1").read_text(encoding="utf-8")
    assert f'$env:CMAKE_ARGS = "{" ".join(engine.FLAGS)}"' in script
    setup = (folder / "shrinkscope.iss").read_text(encoding="utf-8")
    spec = (ROOT / "packaging" / "shrinkscope.spec").read_text(encoding="utf-8")
    for name in ("shrinkscope", "shrinkscope-console"):
        assert f'executable("{name}"' in spec
    assert "shrinkscope-console.exe" in script
    assert "{app}\\shrinkscope.exe" in setup
    for path in re.findall(r"\.\.\\\.\.\\(packaging[\w.\\]+|LICENSE)", setup):
        assert (ROOT / path.replace("\\", "/")).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_the_macos_recipe_can_be_read() -> None:
    folder = ROOT / "packaging" / "macos"
    subprocess.run(["sh", "-n", folder / "build.sh"], check=True)
    with (folder / "entitlements.plist").open("rb") as stream:
        assert all(value is True for value in plistlib.load(stream).values())
    assert common.APP_ID in (folder / "build.sh").read_text(encoding="utf-8")


def test_the_flatpak_recipe_wraps_what_is_built() -> None:
    yaml = pytest.importorskip("yaml")
    path = ROOT / "packaging" / "flatpak" / f"{common.APP_ID}.yml"
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert recipe["id"] == common.APP_ID
    (source,) = recipe["modules"][-1]["sources"]
    assert (path.parent / source["path"]).resolve() == common.BUILD
    assert recipe["command"] == common.NAME


@pytest.mark.skipif(
    platform.machine() != "x86_64" or not (shutil.which("g++") and shutil.which("objdump")),
    reason="no GCC and objdump for x86-64",
)
def test_no_library_with_tiles_of_a_compiler_that_spoils_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    probe = ROOT / "tools" / "amx_probe.cpp"
    shared = ["g++", "-shared", "-fPIC", "-O3", "-std=c++17", "-xc++"]
    tiles, none = tmp_path / "libggml-cpu-sapphirerapids.so", tmp_path / "libggml-cpu-haswell.so"
    switches = ["-mamx-tile", "-mamx-int8"]
    subprocess.run([*shared, *switches, str(probe), "-o", str(tiles)], check=True)
    subprocess.run([*shared, os.devnull, "-o", str(none)], check=True)
    found = {"ldtilecfg", "tilezero", "tileloadd", "tdpbssd", "tilestored", "tilerelease"}
    assert amx.tile_instructions(tiles) == found
    assert amx.tile_instructions(none) == set()

    monkeypatch.setattr(amx, "keeps_the_configuration", lambda _compiler: True)
    amx.leave_out(tmp_path)
    amx.check(tmp_path)
    assert tiles.exists()

    monkeypatch.setattr(amx, "keeps_the_configuration", lambda _compiler: False)
    with pytest.raises(common.PackagingError, match="sapphirerapids"):
        amx.check(tmp_path)
    amx.leave_out(tmp_path)
    amx.check(tmp_path)
    assert not tiles.exists()
    assert none.exists()
    assert "ldtilecfg" in capsys.readouterr().out
