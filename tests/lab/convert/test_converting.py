"""A conversion from its begin to its end, with real processes in a real environment.

What the environment holds is a stand-in: PyTorch is no part of the tests. That the real converter
comes to the right numbers is seen by ``python -m tests.lab.convert.real_conversion``. Through
:mod:`app.lab.convert.environment` and :mod:`app.lab.shrink.copies`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.recipe import MatrixUse, Recipe, Step
from app.lab.convert import environment
from app.lab.convert.environment import ENGINE_VERSION, Converter, converter_key
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means, ShrinkResult
from app.lab.shrink.making.shrink import shrink
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.original_weights import write_original

ROOT = Path(__file__).parents[3]
STAND_IN = """
import shutil, socket, sys, time
from pathlib import Path
from transformers import dynamic_module_utils as remote

source, values = Path(sys.argv[1]), dict(zip(sys.argv[2::2], sys.argv[3::2]))
said = source / "says.txt"
if said.is_file():
    print(said.read_text())
    raise SystemExit(1)
assert remote.resolve_trust_remote_code(True) is False
for forbidden in (
    remote.get_class_from_dynamic_module, lambda: socket.create_connection(("127.0.0.1", 9))
):
    try:
        forbidden()
    except (ValueError, OSError) as error:
        print("refused:", error)
    else:
        raise SystemExit(2)
print("Writing:  40%|####      |", flush=True)
Path(values["--outfile"]).write_bytes((source / "ready.gguf").read_bytes())
if (source / "waits").exists():
    time.sleep(600)
print(values)
"""
REMOTE = """
def resolve_trust_remote_code(trusted):
    return trusted

def get_class_from_dynamic_module():
    return "run"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with a converter that stands in for the real one."""
    cache = tmp_path_factory.mktemp("cache")
    converter = Converter(cache)
    python = converter.folder / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(python)], check=True)

    packages = next(iter(python.rglob("site-packages")))
    (packages / "transformers").mkdir()
    (packages / "transformers" / "__init__.py").touch()
    (packages / "transformers" / "dynamic_module_utils.py").write_text(REMOTE)
    (converter.folder / "llama.cpp").mkdir()
    (converter.folder / "llama.cpp" / "convert_hf_to_gguf.py").write_text(STAND_IN)
    assert not converter.is_there
    (converter.folder / "complete").write_bytes(converter_key())
    assert converter.is_there
    return cache


@pytest.fixture
def original(tmp_path: Path) -> Path:
    write_original(tmp_path / "tiny")
    files.write_tiny_llama(tmp_path / "tiny" / "ready.gguf")
    return tmp_path / "tiny"


def converted(
    home: Path, original: Path, target: Path, recipe: Recipe, steps: list[tuple[str, int]]
) -> ShrinkResult:
    state = target.parent / "state"
    state.mkdir(exist_ok=True)

    def tell(step: Step, done: int, _total: int) -> None:
        steps.append((step, done))

    return shrink(original, target, recipe, Means(1, EngineRoom(state), home, tell))


def test_a_folder_becomes_a_model_file_at_any_level(
    home: Path, original: Path, tmp_path: Path
) -> None:
    steps: list[tuple[str, int]] = []
    converted(home, original, tmp_path / "new.gguf", Recipe(), steps)
    assert (tmp_path / "new.gguf").read_bytes() == (original / "ready.gguf").read_bytes()
    assert (Step.CONVERTING, 40) in steps
    log = Converter(home).log.read_text("utf-8")
    assert "refused: it would have to execute the code" in log
    assert "refused: the network is not used while converting" in log
    assert re.search(r"'--outtype': 'f32', '--model-name': 'tiny'", log)
    recipe = Recipe(level_by_name("Q4_0"), matrix=MatrixUse.NONE)
    converted(home, original, tmp_path / "q4.gguf", recipe, steps)
    assert open_model_file(tmp_path / "q4.gguf").level_name == "Q4_0"
    assert {each.name for each in tmp_path.iterdir()} == {"new.gguf", "q4.gguf", "state", "tiny"}


@pytest.mark.parametrize(
    ("says", "part"),
    [
        ("ERROR:hf-to-gguf:Model OddForCausalLM is not supported", "kind LlamaForCausalLM"),
        ("NotImplementedError: BPE pre-tokenizer was not recognized - update", "cuts texts"),
        ("ValueError: it would have to execute the code beside the weights", "never run here"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("KeyError: 'rope'\n", "the converter says: KeyError: 'rope'"),
        ("", "ended without a model file"),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_nothing(
    home: Path, original: Path, tmp_path: Path, says: str, part: str
) -> None:
    (original / "says.txt").write_text(says)
    with pytest.raises(PersonError, match=part):
        converted(home, original, tmp_path / "new.gguf", Recipe(), [])
    assert {each.name for each in tmp_path.iterdir()} == {"state", "tiny"}


def test_a_stop_leaves_nothing(home: Path, original: Path, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(_step: Step, done: int, _total: int) -> None:
        if done == 40:
            raise Stopped

    (original / "waits").touch()
    (tmp_path / "state").mkdir()
    means = Means(1, EngineRoom(tmp_path / "state"), home, stop)
    with pytest.raises(Stopped):
        shrink(original, tmp_path / "new.gguf", Recipe(), means)
    assert {each.name for each in tmp_path.iterdir()} == {"state", "tiny"}


def test_without_a_converter_a_sentence_says_what_it_takes(
    original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PersonError, match=r"300 MB to download, 1.2 GB on the disk"):
        converted(tmp_path / "empty", original, tmp_path / "new.gguf", Recipe(), [])
    # What cannot be had leaves its log alone.
    cache = tmp_path / "cache"
    monkeypatch.setattr(environment, "_own_python", lambda: "/nowhere/python")
    with pytest.raises(PersonError, match=r"needs a Python of 3.11 or newer"):
        Converter(cache).make(lambda _done, _total: None)
    assert not list((cache / "converter").glob("*"))
    small = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _folder: small)
    with pytest.raises(PersonError, match="no room for the converter"):
        Converter(cache).make(lambda _done, _total: None)
    assert Converter(cache).remove() == 0


def test_the_converter_is_of_the_engine_s_version_and_all_is_pinned() -> None:
    assert f"llama-cpp-python=={ENGINE_VERSION}" in (ROOT / "pyproject.toml").read_text()
    lines = (ROOT / "resources" / "convert" / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"#.*|[\w-]+==[\w.]+", line) for line in lines)
