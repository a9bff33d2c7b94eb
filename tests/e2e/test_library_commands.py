"""``models``, and every command that takes a MODEL, over a home with other programs' folders.

Tests app.cli.models and app.cli.library.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.contract import has, is_comparison, is_sentence
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama, write_truncated_llama
from tests.helpers.model_folders import hugging_face_file, ollama_model, small_gguf

if TYPE_CHECKING:
    from tests.e2e.conftest import Commands, Ended

pytestmark = pytest.mark.e2e

Null = type(None)
ROW = {
    "path": str,
    "name": str,
    "family": str,
    "kind": (str, Null),
    "level": (str, Null),
    "file_bytes": int,
    "bits_per_weight": (float, Null),
    "parameters": (int, Null),
    "active_parameters": (int, Null),
    "architecture": (str, Null),
    "context_length": (int, Null),
    "source": str,
    "repository": (str, Null),
    "error": (str, Null),
}
REPOSITORY = "org/Sky-GGUF"


@dataclass(frozen=True, slots=True)
class Home:
    """A person's home folder, with commands that run in it."""

    commands: Commands
    folder: Path

    def run(self, *words: str | Path) -> Ended:
        environment = self.commands.environment(
            HOME=str(self.folder),
            USERPROFILE=str(self.folder),
            XDG_CACHE_HOME=str(self.folder / ".cache"),
            XDG_CONFIG_HOME=str(self.folder / ".config"),
            XDG_DATA_HOME=str(self.folder / ".local" / "share"),
            SHRINKSCOPE_HOME=str(self.folder / "program"),
        )
        return self.commands.run(*words, env=environment)

    def json(self, *words: str | Path, status: int = 0) -> Any:
        ended = self.run(*words, "--json")
        assert ended.status == status, ended.err
        return ended.document

    @property
    def hub(self) -> Path:
        return self.folder / ".cache" / "huggingface" / "hub"


@pytest.fixture
def home(commands: Commands, tmp_path: Path) -> Home:
    return Home(commands, tmp_path / "home")


def in_hub(home: Home, name: str, pieces: list[str], level: int = 1) -> Path:
    made = home.folder / "made.gguf"
    made.parent.mkdir(exist_ok=True)
    facts = {"general.name": "Sky", "general.file_type": level}
    write_scripted_model(made, pieces, metadata=facts)
    path = hugging_face_file(home.hub, REPOSITORY, name, made.read_bytes(), linked=False)
    made.unlink()
    return path


def test_models_of_an_empty_pc(home: Home) -> None:
    assert home.json("models") == {"models": [], "companions": []}
    ended = home.run("models")
    assert ended.status == 0
    assert "no models" in ended.out


def test_models_of_every_program(home: Home) -> None:
    sky = in_hub(home, "Sky-F16.gguf", ["Blue", "."])
    in_hub(home, "mmproj-Sky-F16.gguf", ["x"])
    clip = small_gguf(metadata={"general.architecture": "clip"})
    hugging_face_file(home.hub, REPOSITORY, "mmproj-Sky-F16.gguf", clip, linked=False)
    studio = home.folder / ".lmstudio" / "models" / "pub" / "Sky-GGUF"
    studio.mkdir(parents=True)
    write_truncated_llama(studio / "Sky-Q2_K.gguf")
    store = home.folder / ".ollama" / "models"
    ollama_model(store, "registry.ollama.ai/library/tiny/1b", small_gguf("Tiny", "Q4_0"))
    own = home.folder / "mine"
    own.mkdir()
    (own / "odd\x1b[2J.gguf").write_bytes(small_gguf("Odd"))
    settings = home.folder / "program" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"version": 1, "library_folders": [str(own)]}))

    document = home.json("models")
    rows = document["models"]
    for row in rows:
        has(row, ROW)
        if row["error"] is None:
            assert row["kind"] == "language model"
            assert row["active_parameters"] == row["parameters"] > 0
        else:
            is_sentence(row["error"])
            assert row["level"] is None
    assert [(row["family"], row["source"], row["error"] is None) for row in rows] == [
        ("odd", "folder", True),
        ("sky", "hugging-face", True),
        ("sky", "lm-studio", False),
        ("tiny", "ollama", True),
    ]
    assert (rows[1]["path"], rows[1]["repository"]) == (str(sky), REPOSITORY)
    assert rows[3]["name"] == "tiny:1b"
    assert [row["kind"] for row in document["companions"]] == ["projector"]
    again = home.run("models")
    assert again.status == 0
    for words in ("Sky-F16", "tiny:1b", "LM Studio", "truncated", "Other files", "projector"):
        assert words in again.out
    assert "\x1b[2J" not in again.out


def test_every_way_to_name_a_model(home: Home) -> None:
    blue = in_hub(home, "Sky-F16.gguf", ["Blue", "."])
    green = in_hub(home, "Sky-Q8_0.gguf", ["Green", "."], level=7)
    words = [
        f"{REPOSITORY}:F16",
        str(green),
        "sky:q8_0",
        "SKY-F16",
        "sky",
        f"{REPOSITORY}:Q2_K",
        "nothing",
        "nothing.gguf",
    ]
    ended = home.run("compare", *words, "--prompt", "Why?", "--json")
    assert ended.status == 1
    rows = is_comparison(ended.document)
    # A name is told as the file that it means; what means none stays as it was typed.
    assert [row["file"] for row in rows] == [
        str(blue), str(green), str(green), str(blue), *words[4:],
    ]  # fmt: skip
    assert [row["text"] for row in rows[:4]] == ["Blue.", "Green.", "Green.", "Blue."]
    ambiguous, other_level, nothing, no_file = [row["error"] for row in rows[4:]]
    assert f"{REPOSITORY}:F16 or {REPOSITORY}:Q8_0" in ambiguous
    assert f"“shrinkscope get {REPOSITORY}:Q2_K” downloads it" in other_level
    for sentence in (nothing, no_file):
        assert "is not there" in sentence
        assert "shrinkscope get" in sentence


def test_bench_and_quantize_take_names(home: Home, tmp_path: Path) -> None:
    made = tmp_path / "made.gguf"
    write_tiny_llama(made, metadata={"general.name": "Sky"})
    hugging_face_file(home.hub, REPOSITORY, "Sky-F16.gguf", made.read_bytes(), linked=False)
    quick = ("--pp", "8", "--tg", "2", "--repetitions", "1")
    rows = home.json("bench", f"{REPOSITORY}:F16", "nothing", *quick, status=1)["results"]
    assert [row["error"] is None for row in rows] == [True, True, False, False]
    assert rows[0]["file"].endswith("Sky-F16.gguf")
    assert rows[2]["file"] == "nothing"

    target = tmp_path / "made-Q8_0.gguf"
    document = home.json("quantize", f"{REPOSITORY}:F16", target, "--type", "Q8_0")
    assert document["source"] == rows[0]["file"]
    assert (document["level"], target.is_file()) == ("Q8_0", True)
    ended = home.run("quantize", f"{REPOSITORY}:Q5_0", tmp_path / "x.gguf", "--type", "Q8_0")
    assert ended.status == 1
    is_sentence(ended.err.strip())
    assert "shrinkscope get" in ended.err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that are no valid text")
def test_names_that_are_no_valid_text_are_listed(home: Home) -> None:
    studio = home.folder / ".lmstudio" / "models"
    studio.mkdir(parents=True)
    (studio / "odd\udcff.gguf").write_bytes(small_gguf("Odd"))
    (row,) = home.json("models")["models"]
    assert row["name"] == "odd\ufffd"
    assert home.run("models").status == 0
