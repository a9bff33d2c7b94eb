"""A shrunken file is no source for another one, and a better one is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.lab.models.library import Library
from app.lab.models.names import ModelNames
from app.lab.shrink.quantize import quantize
from app.library.model_files import open_model_file
from app.store.paths import Paths
from tests.helpers import gguf_files as files
from tests.helpers.model_folders import hugging_face_file


def shrink(source: Path, target: Path, level: str, home: Path) -> None:
    library = Library(Paths.below(home / "program"), {"HOME": str(home)})
    quantize(
        source,
        target,
        level,
        threads=1,
        folder=home,
        on_progress=lambda _done, _total: None,
        library=lambda: library.scan().models,
    )


def refusal(source: Path, home: Path) -> str:
    """Why a source is refused; nothing is written, and no engine is started."""
    before = sorted(home.rglob("*.gguf"))
    with pytest.raises(PersonError) as caught:
        shrink(source, home / "new.gguf", "Q4_0", home)
    assert sorted(home.rglob("*.gguf")) == before
    assert caught.value.sentence.startswith(f"“{source.name}” is quantized already (Q5_0), and ")
    return caught.value.sentence


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A full file, and a shrunken one of it."""
    folder = tmp_path_factory.mktemp("made")
    full = files.write_tiny_llama(folder / "Tiny-Test-F16.gguf")
    (folder / "small").mkdir()
    small = folder / "small" / "Tiny-Test-Q5_0.gguf"
    shrink(full, small, "Q5_0", folder)
    assert open_model_file(small).level_name == "Q5_0"
    return full, small


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "downloads").mkdir()
    return tmp_path


def test_the_full_version_of_the_library_is_named_so_that_it_can_be_typed(
    made: tuple[Path, Path], home: Path
) -> None:
    hub = home / ".cache" / "huggingface" / "hub"
    full, small = (path.read_bytes() for path in made)
    kept = hugging_face_file(hub, "org/Tiny-Test-GGUF", "Tiny-Test-F16.gguf", full)
    hugging_face_file(hub, "org/Tiny-Test-GGUF", "Tiny-Test-Q5_0.gguf", small)
    source = Path(shutil.copy(made[1], home / "downloads"))
    sentence = refusal(source, home)
    named = sentence.split("take “")[1].split("”")[0]
    assert sentence.endswith("which is on this PC, as the source.")
    library = Library(Paths.below(home / "program"), {"HOME": str(home)})
    assert ModelNames(lambda: library.scan().models).path_of(named) == kept


def test_the_full_version_beside_the_source_is_named(made: tuple[Path, Path], home: Path) -> None:
    source = Path(shutil.copy(made[1], home / "downloads"))
    beside = Path(shutil.copy(made[0], home / "downloads"))
    files.write_tiny_llama(home / "downloads" / "Other-F16.gguf", n_layers=1)
    assert f"take “{beside}”" in refusal(source, home)


def test_the_repository_that_it_came_from_is_named(made: tuple[Path, Path], home: Path) -> None:
    hub = home / ".cache" / "huggingface" / "hub"
    source = hugging_face_file(hub, "org/Tiny-GGUF", made[1].name, made[1].read_bytes())
    assert "“shrinkscope files org/Tiny-GGUF” shows" in refusal(source, home)


def test_a_file_of_no_known_place_is_looked_for_on_the_hub(
    made: tuple[Path, Path], home: Path
) -> None:
    source = Path(shutil.copy(made[1], home / "downloads"))
    assert "“shrinkscope search Tiny Test”" in refusal(source, home)
