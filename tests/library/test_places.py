from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.models.family import ModelSource
from app.library.places import hugging_face_cache, known_places


def folders(source: ModelSource, environ: dict[str, str], platform: str = "linux") -> list[Path]:
    places = known_places(environ, platform=platform)
    return [place.folder for place in places if place.source is source]


def test_the_usual_folders(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    caches = tmp_path / ".cache"
    assert folders(ModelSource.HUGGING_FACE, environ) == [caches / "huggingface" / "hub"]
    assert folders(ModelSource.LM_STUDIO, environ) == [
        tmp_path / ".lmstudio" / "models",
        caches / "lm-studio" / "models",
    ]
    assert folders(ModelSource.OLLAMA, environ) == [
        tmp_path / ".ollama" / "models",
        Path("/usr/share/ollama/.ollama/models"),
    ]
    assert folders(ModelSource.LLAMA_CPP, environ) == [caches / "llama.cpp"]
    jan = folders(ModelSource.JAN, environ)
    assert tmp_path / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models" in jan
    assert tmp_path / ".config" / "Jan" / "data" / "models" in jan


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_system_has_places_below_its_home(tmp_path: Path, platform: str) -> None:
    environ = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    found = [place.folder for place in known_places(environ, platform=platform)]
    system = Path("/usr/share/ollama/.ollama/models")
    assert all(folder.is_relative_to(tmp_path) or folder == system for folder in found)
    assert (system in found) == (platform == "linux")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/x", "HF_HOME": "/home-of-hf"}, "/home-of-hf/hub"),
        ({"HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old"}, "/old"),
        ({"HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"}, "/new"),
        ({"HF_HOME": "~/models"}, "/home/me/models/hub"),
        ({"HF_HOME": "$DISK/hf", "DISK": "/mnt"}, "/mnt/hf/hub"),
        ({"HF_HOME": "${DISK}/hf", "DISK": "/mnt"}, "/mnt/hf/hub"),
        ({"HF_HOME": ""}, "/home/me/.cache/huggingface/hub"),
    ],
)
def test_the_hugging_face_cache_is_where_its_own_library_looks(
    variables: dict[str, str], expected: str
) -> None:
    environ = {"HOME": "/home/me"} | variables
    assert hugging_face_cache(environ, platform="linux") == Path(expected)


def test_variables_move_folders(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "LLAMA_CACHE": "/llama", "OLLAMA_MODELS": "/ollama"}
    assert folders(ModelSource.LLAMA_CPP, environ) == [Path("/llama")]
    assert folders(ModelSource.OLLAMA, environ)[0] == Path("/ollama")


def test_what_other_programs_moved_by_their_settings(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    (tmp_path / ".lmstudio-home-pointer").write_text(f"{tmp_path / 'studio'}\n")
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / "settings.json").write_text(json.dumps({"downloadsFolder": "/big"}))
    assert folders(ModelSource.LM_STUDIO, environ)[:2] == [
        Path("/big"),
        tmp_path / "studio" / "models",
    ]
    jan = tmp_path / ".local" / "share" / "jan.ai.app"
    jan.mkdir(parents=True)
    (jan / "settings.json").write_text(json.dumps({"data_folder": "/jan"}))
    assert folders(ModelSource.JAN, environ)[0] == Path("/jan/llamacpp/models")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"downloadsFolder": 3}', "\0\xff", "[" * 10_000])
def test_settings_that_cannot_be_read_move_nothing(tmp_path: Path, text: str) -> None:
    environ = {"HOME": str(tmp_path)}
    usual = folders(ModelSource.LM_STUDIO, environ)
    (tmp_path / ".lmstudio").mkdir()
    (tmp_path / ".lmstudio" / "settings.json").write_text(text, encoding="latin-1")
    (tmp_path / ".lmstudio-home-pointer").write_text("\n\n")
    assert folders(ModelSource.LM_STUDIO, environ) == usual


def test_own_folders_come_last_and_count_once(tmp_path: Path) -> None:
    own = [tmp_path / "a", tmp_path / "b", tmp_path / "a"]
    places = known_places({"HOME": str(tmp_path)}, own)
    assert [place.folder for place in places[-2:]] == own[:2]
    assert places[-1].source is ModelSource.OWN_FOLDER
