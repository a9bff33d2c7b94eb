"""``fit`` and ``files`` as processes: before a download, on this PC, and in trouble.

Tests app.cli.files.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from app.hub.headers import STEP_BYTES
from tests.cli.conftest import LARGE, PATIENCE_SECONDS, REPO, ROOT, Program
from tests.helpers.adapters import write_adapter
from tests.helpers.architectures import header_of
from tests.helpers.deep_models import write_deep
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository, Fault, FaultKind
from tests.helpers.gguf_files import write_scripted_model
from tests.helpers.moe_files import write_demo_mixture

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

PARTS = ("weights_bytes", "kv_bytes", "compute_bytes", "output_bytes", "overhead_bytes")


def is_fit(fit: dict[str, Any]) -> None:
    """Everything that the contract names is there and agrees."""
    # llama.cpp prints hundredths of a MiB: the logits of a tiny vocabulary are none.
    assert all(fit[part] > 0 for part in PARTS if part != "output_bytes")
    assert fit["total_bytes"] == sum(fit[part] for part in PARTS)
    assert fit["available_bytes"] > 0
    share = fit["total_bytes"] / fit["available_bytes"]
    assert fit["verdict"] == ("no" if share > 1 else "tight" if share > 0.9 else "fits")
    assert "needs" in fit["reason"]
    assert fit["predicted_tokens_per_second"] > 0
    assert "measured" in fit["basis"]
    for device in fit["devices"]:
        assert device["available_bytes"] > 0
    assert sum(device["weights_bytes"] for device in fit["devices"]) == fit["weights_bytes"]


def test_fit_of_a_file_on_the_hub_reads_its_header_alone(program: Program, hub: FakeHub) -> None:
    found = program.json("fit", f"{REPO}:F16", "--ctx", "1024")
    is_fit(found)
    assert (found["file"], found["level"]) == (f"{REPO}/sky-F16.gguf", "F16")
    assert found["context_tokens"] == 1024
    asked = hub.asked("content")
    assert all(request.headers["range"].startswith("bytes=") for request in asked)
    header = len(header_of("llama", LARGE))
    assert header <= hub.sent_bytes <= header + STEP_BYTES
    again = program.json("fit", f"{REPO}:F16", "--ctx", "1024")
    assert hub.asked("content") == asked
    assert {part: again[part] for part in PARTS} == {part: found[part] for part in PARTS}
    assert not any((program.home / "hf").rglob("*.gguf"))


def test_fit_speaks_to_people(program: Program) -> None:
    ended = program.run("fit", f"{REPO}:ud-q4_k_xl", "--kv", "q8_0")
    assert f"{REPO}/sky-UD-Q4_K_XL.gguf" in ended.out
    assert "KV cache, context of 512, q8_0" in ended.out
    assert "Fits: needs" in ended.out
    assert " tokens per second with an empty context, " in ended.out
    assert " with a full one, by measured" in ended.out
    assert ended.err.splitlines() == [f"Hub: {program.hub.endpoint.removeprefix('http://')}"]


def test_fit_of_shards_and_of_a_page_address(program: Program, hub: FakeHub) -> None:
    found = program.json("fit", f"{REPO}:Q8_0")
    is_fit(found)
    assert found["file"] == f"{REPO}/Q8_0/sky-Q8_0-00001-of-00003.gguf"
    page = f"{hub.endpoint}/{REPO}/blob/main/sky-UD-Q4_K_XL.gguf"
    assert program.json("fit", page)["file"].endswith("sky-UD-Q4_K_XL.gguf")


def test_fit_of_what_is_here_asks_nobody(program: Program, hub: FakeHub) -> None:
    program.run("get", f"{REPO}:UD-Q4_K_XL")
    before = len(hub.requests)
    here = program.json("fit", f"{REPO}:UD-Q4_K_XL")
    is_fit(here)
    assert here["file"].endswith("sky-UD-Q4_K_XL.gguf")
    assert os.path.isfile(here["file"])
    by_name = program.json("fit", "sky-ud-q4_k_xl")
    by_path = program.json("fit", here["file"])
    assert by_name["total_bytes"] == by_path["total_bytes"] == here["total_bytes"]
    assert len(hub.requests) == before


def test_settings_and_adapters_of_a_candidate_count(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    plain = program.json("fit", str(demo_model), "--ctx", "512")
    adapter = write_adapter(tmp_path / "a.gguf", demo_model, rank=8)
    same = program.json("fit", f"{demo_model}#ctx=512,lora={adapter}")
    is_fit(same)
    assert same["weights_bytes"] - plain["weights_bytes"] == adapter.stat().st_size
    assert same["context_tokens"] == plain["context_tokens"] == 512
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    one = program.json("fit", f"{mixture}#experts=1,cpu-experts=all")
    assert one["active_parameters"] < program.json("fit", str(mixture))["active_parameters"]
    assert sum(each["weights_bytes"] for each in one["devices"]) == one["weights_bytes"]
    assert "from 1 to 4" in program.run("fit", f"{mixture}#experts=5", status=1).err
    shown = program.run("fit", str(mixture)).out
    assert "parameters" in shown
    assert "active" in shown


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("missing.gguf", "is not there"),
        ("folder/missing.gguf", "is not there"),
        ("./missing.gguf", "is not there"),
        (REPO, "is not there"),
    ],
)
def test_a_slip_in_a_path_asks_nobody(program: Program, hub: FakeHub, word: str, said: str) -> None:
    ended = program.run("fit", word, status=1)
    assert said in ended.err
    assert "shrinkscope get" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert hub.requests == []


def test_fit_says_what_the_hub_lacks_or_asks(
    program: Program, hub: FakeHub, repository: FakeRepository
) -> None:
    assert "has no version “Q3_K_M”" in program.run("fit", f"{REPO}:Q3_K_M", status=1).err
    assert "There is no repository" in program.run("fit", "org/none:Q4_0", status=1).err
    repository.gated = True
    ended = program.run("fit", f"{REPO}:F16", "--quiet", status=1)
    assert "accept its licence" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert ended.out == ""


def test_fit_of_a_broken_file_is_one_sentence(program: Program, repository: FakeRepository) -> None:
    repository.files.append(FakeFile("bad-Q2_K.gguf", b"no model " * 500))
    ended = program.run("fit", f"{REPO}:Q2_K", "--quiet", status=1)
    assert "not a GGUF" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_files_says_of_each_level_whether_it_fits(program: Program, hub: FakeHub) -> None:
    document = program.json("files", REPO)
    rows = {row["name"]: row for row in document["files"]}
    # All weights are F16, whatever the names say; small tensors take more bits than large ones.
    assert [row["label"] for row in document["files"]] == ["Q8_0", "UD-Q4_K_XL", "F16", "F16"]
    bits = [row["bits_per_weight"] for row in document["files"] if row["kind"] == "model"]
    assert bits == sorted(bits, reverse=True)
    for name, row in rows.items():
        assert row["error"] is None
        if row["kind"] == "model":
            is_fit(row["fit"])
        else:
            assert name == "mmproj-F16.gguf"
            assert row["fit"] is None
    # By the header, which knows better than the name.
    assert rows["sky-UD-Q4_K_XL.gguf"]["level"] == "F16"
    assert 16 <= rows["sky-UD-Q4_K_XL.gguf"]["bits_per_weight"] < 17
    assert rows["Q8_0/sky-Q8_0-00001-of-00003.gguf"]["shards"] == 3
    assert document["recommended"] == "sky-F16.gguf"
    assert hub.sent_bytes < rows["sky-F16.gguf"]["bytes"] / 4
    sent = hub.sent_bytes
    shorter = program.json("files", REPO, "--ctx", "512")
    assert hub.sent_bytes == sent
    shorter_rows = {row["name"]: row for row in shorter["files"]}
    large, small = (found["sky-F16.gguf"]["fit"]["kv_bytes"] for found in (rows, shorter_rows))
    assert large == 8 * small
    ended = program.run("files", REPO)
    assert "fits, " in ended.out
    assert "* " in ended.out
    assert "speed: predicted, by measured" in ended.out
    assert ended.err.splitlines() == [f"Hub: {hub.endpoint.removeprefix('http://')}"]


def test_files_goes_on_after_one_that_is_broken(
    program: Program, repository: FakeRepository
) -> None:
    repository.files.insert(0, FakeFile("bad-Q2_K.gguf", b"no model " * 500))
    del repository.files[3]  # a shard
    ended = program.run("files", REPO, "--json", status=1)
    rows = {row["label"]: row for row in ended.document["files"] if row["kind"] == "model"}
    assert "not a GGUF" in rows["Q2_K"]["error"]
    assert rows["Q2_K"]["fit"] is None
    assert "only 2 of the 3 shards" in rows["Q8_0"]["error"]
    is_fit(rows["F16"]["fit"])
    is_fit(rows["UD-Q4_K_XL"]["fit"])
    assert len(ended.err.splitlines()) == 3  # the Hub, and one for each of the two


def test_files_of_a_gated_repository_are_listed_and_the_reason_said_once(
    program: Program, repository: FakeRepository
) -> None:
    repository.gated = True
    ended = program.run("files", REPO, "--json", "--quiet", status=1)
    rows = [row for row in ended.document["files"] if row["kind"] == "model"]
    assert all(row["fit"] is None and "licence" in row["error"] for row in rows)
    assert all(row["bits_per_weight"] > 0 for row in rows)
    (sentence,) = ended.err.splitlines()
    assert sentence.startswith("3 files: ")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals to open")
def test_progress_is_shown_on_a_terminal(program: Program) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = program.environment(TERM="xterm")
    with program.start("files", REPO, "--json", stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # Linux's way to say that the other end is closed
                break
            if not piece:
                break
            shown += piece
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    os.close(ours)
    assert process.returncode == 0
    assert out.startswith(b"{")
    assert b"Reading headers" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C reaches the whole console there")
def test_ctrl_c_does_not_wait_for_a_silent_hub(program: Program, hub: FakeHub) -> None:
    hub.content_faults.add(*[Fault(FaultKind.SILENT)] * 8)
    with program.start("files", REPO) as process:
        while not hub.asked("content"):
            assert process.poll() is None
            hub.released.wait(0.01)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert list((program.home / "program" / "cache" / "fit").glob("*")) == []


def test_one_command_does_not_load_the_others() -> None:
    code = (
        "import sys; from app.cli.main import build_parser; build_parser('fit');"
        "print(sorted({'app.lab.compare.session', 'app.lab.speed.bench', 'huggingface_hub', "
        "'httpx2', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_measurement_corrects_what_fit_predicts(
    program: Program, hub: FakeHub, tmp_path: Path
) -> None:
    words = [f" w{number}" for number in range(30)]
    model = write_scripted_model(tmp_path / "endless.gguf", words, ends=False)
    before = program.json("fit", model)
    assert (before["basis"], before["measured_runs"]) == ("measured speed of this PC's kernels", 0)
    program.json("bench", model, "--pp", "0", "--tg", "16", "--repetitions", "1")
    after = program.json("fit", model)
    assert (after["basis"], after["measured_runs"]) == ("runs of this file", 1)
    assert hub.requests == []


def test_a_draft_and_its_context_count(program: Program, demo_model: Path, tmp_path: Path) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 8)
    plain = program.json("fit", str(deep), "--ctx", "512")
    drafted = program.json("fit", f"{deep}#ctx=512,draft={demo_model}")
    is_fit(drafted)
    assert drafted["total_bytes"] - plain["total_bytes"] == drafted["parts_bytes"]
    assert drafted["parts_bytes"] > demo_model.stat().st_size
    told = program.run("fit", f"{deep}#ctx=512,draft={demo_model}").out
    assert re.search(r"^ *adapters, projector, draft .*MB", told, re.MULTILINE)
