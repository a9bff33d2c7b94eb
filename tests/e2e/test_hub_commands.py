"""``search``, ``files``, ``get`` and ``remove`` as processes, against the fake Hub."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.hub_way import example_repository
from tests.helpers.program import program_command
from tests.helpers.proxies import closed_port

pytestmark = pytest.mark.e2e

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
REPO = "org/model-GGUF"
SINGLE = "model-Q4_K_M.gguf"
SLOW = 200_000
"""Bytes per second: the file takes long, a piece of it comes at once."""


class HubCommands:
    """Runs commands with a Hugging Face folder of the test's own."""

    repository = REPOSITORY

    def __init__(self, hub: FakeHub, home: Path) -> None:
        self.hub = hub
        self.home = home

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        environment = os.environ | {
            "PYTHONPATH": str(REPOSITORY),
            "HF_HOME": str(self.home),
            "HF_ENDPOINT": self.hub.endpoint,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "COLUMNS": "200",
        }
        return subprocess.Popen(
            program_command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment | environ,
            cwd=self.home,
        )

    def run(self, *words: str, status: int = 0, said: str = "", **environ: str) -> tuple[str, str]:
        with self.start(*words, **environ) as process:
            try:
                out, err = process.communicate(said, timeout=PATIENCE_SECONDS)
            except BaseException:
                process.kill()
                raise
        assert "Traceback" not in err, err
        assert process.returncode == status, err
        return out, err

    def json(self, *words: str, **environ: Any) -> Any:
        return msgspec.json.decode(self.run(*words, "--json", **environ)[0])


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(example_repository()) as hub:
        yield hub


@pytest.fixture
def commands(hub: FakeHub, tmp_path: Path) -> HubCommands:
    return HubCommands(hub, tmp_path)


def original(hub: FakeHub, name: str = SINGLE) -> bytes:
    file = hub.repositories[REPO].file(name)
    assert file is not None
    return file.read(0, file.size)


def test_search(commands: HubCommands) -> None:
    document = commands.json("search", "model", "--sort", "downloads", "--limit", "5")
    (found,) = document["results"]
    assert found["repo"] == REPO
    assert found["parameters"] == 1_100_000_000
    out, err = commands.run("search", "model", "--author", "org")
    assert REPO in out
    assert "1.1 B" in out
    assert "Hub: 127.0.0.1" in err
    assert "Nothing" in commands.run("search", "no such thing")[0]


def test_the_fullest_log_holds_nothing_that_opens_anything(
    commands: HubCommands, hub: FakeHub
) -> None:
    hub.tokens["hf_VerySecret"] = True
    hub.content_faults.add(Fault(FaultKind.CLOSE, 900_000), Fault(FaultKind.UNAVAILABLE))
    words = ("get", f"{REPO}:Q4_K_M", "--log-level", "debug")
    _, err = commands.run(*words, HF_TOKEN="hf_VerySecret", HF_DEBUG="1")
    assert "receive_response_headers" in err  # the libraries tell all they have
    signed = [request.target.partition("=")[2] for request in hub.asked("content")]
    for secret in ("hf_VerySecret", *signed):
        assert secret not in err
    assert f"{hub.content_endpoint}/lfs/" in err


def test_files(commands: HubCommands, hub: FakeHub) -> None:
    # Its contents are noise, so that every model's row says why nothing can be predicted.
    out, err = commands.run("files", REPO, "--json", status=1)
    document = msgspec.json.decode(out)
    assert "3 files: This is not a GGUF model file." in err
    assert document["repo"] == REPO
    assert document["commit"] == hub.repositories[REPO].commit
    shown = {file["name"]: file for file in document["files"]}
    shards = shown["Q8_0/model-Q8_0-00001-of-00002.gguf"]
    assert (shards["shards"], shards["bytes"], shards["level"]) == (2, 1_600_000, "Q8_0")
    assert shown["mmproj-F16.gguf"]["kind"] == "projector"
    assert shown["model.imatrix"]["kind"] == "importance matrix"
    assert shown[SINGLE]["bits_per_weight"] == pytest.approx(3e6 * 8 / 1.1e9)
    assert shown[SINGLE]["fit"] is None
    assert shown["mmproj-F16.gguf"]["error"] is None
    out, _ = commands.run("files", f"{hub.endpoint}/{REPO}/tree/main", status=1)
    assert "Q4_K_M" in out


def test_files_come_by_their_true_bits_the_largest_first(
    commands: HubCommands, hub: FakeHub
) -> None:
    sizes = {"mmproj-F16": 9_000, "BF16": 5_400, "Q3_K_S": 3_500, "IQ3_XXS": 3_100, "Q8_0": 8_500}
    files = [FakeFile(f"{name}.gguf", bytes(size)) for name, size in sizes.items()]
    hub.add(FakeRepository("org/odd", files, facts={"gguf": {"total": 8_000}}))
    document = msgspec.json.decode(commands.run("files", "org/odd", "--json", status=1)[0])
    shown = [file["name"].removesuffix(".gguf") for file in document["files"]]
    assert shown == ["Q8_0", "BF16", "Q3_K_S", "IQ3_XXS", "mmproj-F16"]


def test_files_of_original_weights_names_what_was_made_from_them(
    commands: HubCommands, hub: FakeHub
) -> None:
    hub.add(FakeRepository("org/model", facts={"tags": []}))
    out, err = commands.run("files", "org/model")
    assert "no GGUF files" in out
    assert REPO in err


def test_get_brings_the_file_and_says_what_it_did(commands: HubCommands, hub: FakeHub) -> None:
    document = commands.json("get", f"{REPO}:q4_k_m")
    path = Path(document["path"])
    assert path.is_relative_to(commands.home / "hub")
    assert path.read_bytes() == original(hub)
    assert document["bytes"] == 3_000_000
    assert document["sha256"] == hashlib.sha256(original(hub)).hexdigest()
    assert document["resumed_from_bytes"] == 0
    again = commands.json("get", f"{REPO}:Q4_K_M")
    assert again["resumed_from_bytes"] == again["bytes"]
    out, _ = commands.run("get", f"hf.co/{REPO}:Q8_0".replace("hf.co/", ""))
    assert out.strip().endswith("model-Q8_0-00001-of-00002.gguf")


def unfinished_bytes(commands: HubCommands) -> int:
    return sum(path.stat().st_size for path in (commands.home / "hub").rglob("*.incomplete"))


def wait_for_more(
    commands: HubCommands, hub: FakeHub, process: subprocess.Popen[str], kept: int
) -> None:
    """Until a download has written more than it had."""
    while unfinished_bytes(commands) <= kept:
        assert process.poll() is None
        hub.released.wait(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_get_goes_on_after_a_kill(commands: HubCommands, hub: FakeHub) -> None:
    hub.bytes_per_second = SLOW
    kept = 0
    for _ in range(2):
        with commands.start("get", f"{REPO}:Q4_K_M") as process:
            wait_for_more(commands, hub, process, kept)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        kept = unfinished_bytes(commands)
    hub.bytes_per_second = None
    document = commands.json("get", f"{REPO}:Q4_K_M")
    assert document["resumed_from_bytes"] == kept
    assert Path(document["path"]).read_bytes() == original(hub)
    ranges = [request.headers.get("range") for request in hub.asked("content")]
    assert ranges[0] is None
    assert ranges[-1] == f"bytes={kept}-"
    assert list((commands.home / "hub").rglob("*.incomplete")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C reaches the whole console there")
def test_ctrl_c_keeps_what_is_there(commands: HubCommands, hub: FakeHub) -> None:
    hub.bytes_per_second = SLOW
    with commands.start("get", f"{REPO}:Q4_K_M") as process:
        wait_for_more(commands, hub, process, 0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert list((commands.home / "hub").rglob("*.incomplete"))


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (["files", "org/none"], "There is no repository org/none"),
        (["files", "nonsense"], "names no repository"),
        (["files", "https://example.org/a/b"], "does not belong to the Hub"),
        (["get", f"{REPO}:Q3_K_M"], "has no version “Q3_K_M”"),
        (["get", REPO], "has several model files"),
        (["get", f"{REPO}:Q4_K_M", "--endpoint", "http://example.org"], "must begin with https"),
        (["remove", f"{REPO}:Q4_K_M"], "is not on this PC"),
        (["remove", "/etc/passwd"], "does not lie in the Hugging Face cache"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    commands: HubCommands, words: list[str], word: str
) -> None:
    _, err = commands.run(*words, "--quiet", status=1)
    assert word in err
    assert len(err.strip().splitlines()) == 1


def test_a_hub_that_is_not_there_is_said_at_once(commands: HubCommands) -> None:
    with closed_port() as port:
        nobody = f"http://127.0.0.1:{port}"
        _, err = commands.run("search", "model", "--quiet", status=1, HF_ENDPOINT=nobody)
    assert "cannot be reached" in err


def test_a_corrupt_file_is_never_there(commands: HubCommands, hub: FakeHub) -> None:
    hub.content_faults.add(*[Fault(FaultKind.FLIP, 77)] * 2)
    _, err = commands.run("get", f"{REPO}:Q4_K_M", status=1)
    assert "arrived damaged twice" in err
    assert not any((commands.home / "hub").rglob("*.gguf"))
    assert not any((commands.home / "hub").rglob("*.incomplete"))


def test_remove_says_what_it_frees_and_removes_it(commands: HubCommands, hub: FakeHub) -> None:
    commands.run("get", f"{REPO}:Q4_K_M")
    commands.run("get", f"{REPO}:Q8_0")
    assert commands.json("remove", f"{REPO}:Q4_K_M") == {"freed_bytes": 3_000_000}
    cache = commands.home / "hub"
    assert sorted(path.name for path in cache.rglob("*.gguf")) == [
        "model-Q8_0-00001-of-00002.gguf", "model-Q8_0-00002-of-00002.gguf"
    ]  # fmt: skip
    (first, _) = sorted(cache.rglob("*.gguf"))
    out, err = commands.run("remove", str(first), "--yes")
    assert "This frees 1.60 MB" in err
    assert "1.60 MB freed" in out
    assert not any(path.is_file() for path in cache.glob("models--*/**/*"))


def test_get_brings_the_projector_where_it_is_asked_for(
    commands: HubCommands, hub: FakeHub
) -> None:
    document = commands.json("get", f"{REPO}:Q4_K_M", "--projector")
    assert [Path(file["path"]).name for file in document["files"]][1:] == ["mmproj-F16.gguf"]
    assert Path(document["path"]).read_bytes() == original(hub)
    commands.json("get", f"{REPO}:Q8_0")
    assert len(list((commands.home / "hub").rglob("mmproj*"))) == 1
