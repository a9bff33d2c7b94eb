"""Where the programs of this PC keep their model files."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.base.files import read_ordinary
from app.base.named import named
from app.core.models.family import ModelSource

_MAX_CONFIG_BYTES = 1 << 20
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<plain>\w+))")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, there or not, and the program that fills it; or a file that was opened."""

    source: ModelSource
    folder: Path


def known_places(
    environ: Mapping[str, str] = os.environ,
    own_folders: Iterable[Path] = (),
    *,
    platform: str = sys.platform,
) -> tuple[Place, ...]:
    """The folders to look into, in the order in which a file that several reach is theirs.

    Nothing is created or changed; other programs' settings are read where they moved a folder.

    Args:
        environ: Environment variables, which move many of the folders.
        own_folders: The person's own folders.
        platform: As in ``sys.platform``.
    """
    home = _Home(environ, platform)
    found = [Place(ModelSource.HUGGING_FACE, hugging_face_cache(environ, platform=platform))]
    found += [Place(ModelSource.LM_STUDIO, folder) for folder in _lm_studio(home)]
    found += [Place(ModelSource.OLLAMA, folder) for folder in _ollama(home)]
    found.append(Place(ModelSource.LLAMA_CPP, _llama_cpp(home)))
    found += [Place(ModelSource.JAN, folder) for folder in _jan(home)]
    found += [Place(ModelSource.OWN_FOLDER, folder) for folder in own_folders]
    return tuple(dict.fromkeys(found))


def hugging_face_cache(
    environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform
) -> Path:
    """The folder of the Hugging Face cache, by the same variables as the Hub's own library."""
    home = _Home(environ, platform)
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := home.from_variable(variable):
            return folder
    base = home.from_variable("HF_HOME")
    if base is None:
        caches = home.from_variable("XDG_CACHE_HOME") or home.folder / ".cache"
        base = caches / "huggingface"
    return base / "hub"


class _Home:
    """The person's home folder, and folders that variables name."""

    def __init__(self, environ: Mapping[str, str], platform: str) -> None:
        self._environ = environ
        self.platform = platform
        home = environ.get("USERPROFILE" if platform == "win32" else "HOME", "")
        self.folder = Path(home or os.path.expanduser("~"))

    def from_variable(self, name: str) -> Path | None:
        """The folder that a variable names; None where it is unset or empty."""
        value = named(self._environ, name)
        return self.path(value) if value else None

    def path(self, text: str) -> Path:
        """A path with ``~`` and variables in it, as a shell would read it."""

        def value(match: re.Match[str]) -> str:
            return self._environ.get(match["braced"] or match["plain"], match[0])

        expanded = Path(_VARIABLE.sub(value, text))
        if expanded.parts[:1] == ("~",):
            return self.folder.joinpath(*expanded.parts[1:])
        return expanded.absolute()

    @property
    def data_folders(self) -> tuple[Path, ...]:
        """Where programs keep data and settings, by the habits of the operating system."""
        if self.platform == "win32":
            return (self.from_variable("APPDATA") or self.folder / "AppData" / "Roaming",)
        if self.platform == "darwin":
            return (self.folder / "Library" / "Application Support",)
        return (
            self.from_variable("XDG_DATA_HOME") or self.folder / ".local" / "share",
            self.from_variable("XDG_CONFIG_HOME") or self.folder / ".config",
        )


def _lm_studio(home: _Home) -> list[Path]:
    homes = [home.folder / ".lmstudio", home.folder / ".cache" / "lm-studio"]
    pointed = _text(home.folder / ".lmstudio-home-pointer").strip()
    if pointed and "\n" not in pointed:
        homes.insert(0, home.path(pointed))
    settings = [folder / "settings.json" for folder in homes]
    settings += [folder / "LM Studio" / "settings.json" for folder in home.data_folders]
    moved = [_setting(file, "downloadsFolder") for file in settings]
    return [
        *(home.path(folder) for folder in moved if folder),
        *(folder / "models" for folder in homes),
    ]


def _ollama(home: _Home) -> list[Path]:
    folders = [home.folder / ".ollama" / "models"]
    if home.platform not in {"win32", "darwin"}:
        # The account of the system's own service.
        folders.append(Path("/usr/share/ollama/.ollama/models"))
    moved = home.from_variable("OLLAMA_MODELS")
    return [moved, *folders] if moved else folders


def _llama_cpp(home: _Home) -> Path:
    if folder := home.from_variable("LLAMA_CACHE"):
        return folder
    if home.platform == "win32":
        base = home.from_variable("LOCALAPPDATA") or home.folder / "AppData" / "Local"
    elif home.platform == "darwin":
        base = home.folder / "Library" / "Caches"
    else:
        base = home.from_variable("XDG_CACHE_HOME") or home.folder / ".cache"
    return base / "llama.cpp"


def _jan(home: _Home) -> list[Path]:
    programs = [folder / name for folder in home.data_folders for name in ("jan.ai.app", "Jan")]
    moved = [_setting(program / "settings.json", "data_folder") for program in programs]
    data = [home.path(folder) for folder in moved if folder]
    data += [program / "data" for program in programs]
    data.append(home.folder / "jan")
    return [folder / models for folder in data for models in ("llamacpp/models", "models")]


def _setting(file: Path, key: str) -> str:
    try:
        raw: object = json.loads(_text(file) or "{}")
    except (ValueError, RecursionError):
        return ""
    value = cast("dict[str, object]", raw).get(key) if isinstance(raw, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _text(file: Path) -> str:
    try:
        return read_ordinary(file, _MAX_CONFIG_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
