"""Each command, run as a person or a script runs it.

Tests app.cli.main and app.cli.compare.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from app import __version__
from tests.e2e.conftest import LONG_TOKENS, PATIENCE_SECONDS, Commands, Models
from tests.e2e.contract import has, is_benchmark, is_comparison, is_sentence

pytestmark = pytest.mark.e2e

DEMO_LEVELS = ["F16", "Q8_0", "Q4_K_M", "Q2_K", "TQ1_0"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of Unix")


# --- compare ------------------------------------------------------------------------------


def test_compare_of_the_demo_model(commands: Commands) -> None:
    document = commands.json("compare", "--demo", "--prompt", "Hello", "--max-tokens", "24")
    rows = is_comparison(document)
    assert document["mode"] == "race"
    assert document["engine"].startswith("llama-cpp-python")
    assert [row["level"] for row in rows] == DEMO_LEVELS
    assert [row["error"] for row in rows] == [None] * 5
    bits = [row["bits_per_weight"] for row in rows]
    assert bits == sorted(bits, reverse=True)
    assert 1.5 < bits[-1] < bits[0] < 16.5
    assert len({row["parameters"] for row in rows}) == 1
    sizes = [row["file_bytes"] for row in rows]
    assert sizes == [Path(row["file"]).stat().st_size for row in rows]
    # The template's own tokens stand around the one word.
    assert len({row["prompt_tokens"] for row in rows}) == 1
    assert rows[0]["prompt_tokens"] > 3
    assert rows[0]["text"]
    assert "<|im_end|>" not in rows[0]["text"]
    if sys.platform.startswith("linux"):
        for row in rows:
            assert row["peak_private_bytes"] > 1_000_000
            assert row["peak_mapped_bytes"] > row["file_bytes"]
            assert row["memory_needed_bytes"] > 1_000_000


def test_compare_for_people(commands: Commands, models: Models) -> None:
    ended = commands.run("compare", models["blue"], models["green"], "--prompt", "Why?")
    assert ended.status == 0
    assert ended.err == ""
    for words in ("The sky is blue.", "The sky is green!", str(models["blue"]), "tok/s", "F16"):
        assert words in ended.out
    assert ended.out.index("blue.") < ended.out.index("green!")


@posix
def test_progress_goes_to_standard_error(commands: Commands, models: Models) -> None:
    words = ("compare", models["blue"], "--prompt", "Why?", "--json")
    ended, shown = run_with_terminal(commands, *words)
    assert ended.status == 0
    assert json.loads(ended.out)["candidates"][0]["text"] == "The sky is blue."
    assert "A  F16" in shown
    ended, shown = run_with_terminal(commands, *words, "--quiet")
    assert ended.status == 0
    assert shown == ""


def test_what_cannot_be_read_or_run_says_why_and_the_others_are_complete(
    commands: Commands, models: Models, tmp_path: Path
) -> None:
    expected = {
        models["blue"]: None,
        models["aborts"]: "gave up on this file",
        models["aborts_late"]: "gave up on this file",
        models["truncated"]: "truncated",
        tmp_path / "nowhere.gguf": "not there",
        models["mute"]: None,
        models["text"]: "not a GGUF",
        models["empty"]: "empty",
        models["absurd"]: "damaged",
        models["version"]: "version 99",
        models["unknown"]: "zorblax",
        models["endless_template"]: "2 seconds",
        models["greedy_template"]: "memory",
        models["failing_template"]: "no such role",
        models["no_numbers"]: "computes no numbers (NaN)",
        models.folder: "folder",
        models["green"]: None,
    }
    ended = commands.run("compare", *expected, "--prompt", "Why?", "--json")
    assert ended.status == 1
    rows = is_comparison(ended.document)
    assert [row["file"] for row in rows] == [str(path) for path in expected]
    for row, part in zip(rows, expected.values(), strict=True):
        assert (row["error"] is None) == (part is None), row
        if part is not None:
            assert part in row["error"]
            assert f"{row['file']}: {row['error']}" in ended.sentences
    assert len(ended.sentences) == len(expected) - 2
    assert rows[0]["text"] == "The sky is blue."
    assert rows[-1]["text"] == "The sky is green!"


def test_names_of_files(commands: Commands, models: Models, tmp_path: Path) -> None:
    odd = tmp_path / "ein [red]größeres Modell.gguf"
    odd.write_bytes(models["blue"].read_bytes())
    ended = commands.run("compare", odd, "--prompt", "Grüße?")
    assert ended.status == 0
    assert odd.name in ended.out
    # Engines work elsewhere: a name without a folder is one in the folder of the command.
    (row,) = is_comparison(commands.json("compare", odd.name, "--prompt", "Why?"))
    assert (row["file"], row["text"]) == (odd.name, "The sky is blue.")
    (row,) = is_benchmark(commands.json("bench", odd.name, "--pp", "0", "--tg", "4"))
    assert (row["file"], row["error"]) == (odd.name, None)
    assert commands.run("quantize", odd.name, "q.gguf", "--type", "Q4_0").status == 0
    assert (tmp_path / "q.gguf").is_file()
    ended = commands.run("compare", "-x.gguf", "--prompt", "Hi")
    assert ended.status == 2


@posix
def test_words_that_are_no_text(commands: Commands, models: Models, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"bl\xffue.gguf")
    odd.write_bytes(models["blue"].read_bytes())
    noise = os.fsdecode(b"\xff\xfe?")
    words = ("compare", odd, models["blue"], "--prompt", noise, "--system", noise)
    for form in ([], ["--json"]):
        ended = commands.run(*words, *form)
        assert ended.status == 1
        assert "is not there" in ended.err
        assert "The sky is blue." in ended.out


def test_more_files_than_panes(commands: Commands, models: Models) -> None:
    paths = [models[name] for name in ("blue", "green", "blue", "green", "blue", "text", "green")]
    document = commands.json("compare", *paths, "--prompt", "Why?", status=1)
    rows = is_comparison(document)
    assert [row["file"] for row in rows] == [str(path) for path in paths]
    assert [row["text"] for row in rows if row["error"] is None] == [
        f"The sky is {'blue.' if path == models['blue'] else 'green!'}"
        for path in paths
        if path != models["text"]
    ]
    ended = commands.run("compare", *paths, "--prompt", "Why?", "--together", "--json")
    assert ended.status == 1
    assert ended.out == ""
    is_sentence(ended.err.strip())


def test_together(commands: Commands, models: Models) -> None:
    paths = [models["blue"], models["aborts"], models["green"]]
    document = commands.json("compare", *paths, "--together", "--prompt", "Why?", status=1)
    rows = is_comparison(document)
    assert document["mode"] == "together"
    assert [row["text"] for row in rows] == ["The sky is blue.", "", "The sky is green!"]


def test_what_is_sent_and_how_long_the_answer_may_be(commands: Commands, models: Models) -> None:
    def one(*options: str, model: str = "blue") -> dict[str, Any]:
        document = commands.json("compare", models[model], "--prompt", "Why?", *options)
        return is_comparison(document)[0]

    plain = one()
    assert plain["stop_reason"] == "end"
    assert plain["generated_tokens"] == 5
    with_system = one("--system", "Be brief.", "--kv", "q8_0")
    assert with_system["prompt_tokens"] > plain["prompt_tokens"] + len("Be brief.") // 2
    kv_bytes = [sum(d["kv_bytes"] for d in row["devices"]) for row in (plain, with_system)]
    assert kv_bytes[1] < kv_bytes[0]
    cut = one("--max-tokens", "1")
    assert (cut["stop_reason"], cut["text"]) == ("length", "The")
    assert (cut["generated_tokens"], cut["tokens_per_second"]) == (1, None)
    full = one("--ctx", "256", "--max-tokens", "9999", model="endless")
    assert full["stop_reason"] == "context"
    assert full["prompt_tokens"] + full["generated_tokens"] in (255, 256, 257)
    thought = one(model="thinks")
    assert thought["text"].strip() == "It is 4."
    assert thought["thinking_tokens"] > 2


def test_a_prompt_that_is_too_long_says_by_how_much(commands: Commands, models: Models) -> None:
    prompt = "Why is the sky so blue today? " * 12
    (row,) = is_comparison(commands.json("compare", models["blue"], "--prompt", prompt))
    assert row["prompt_tokens"] > 256
    words = ("compare", models["blue"], "--prompt", prompt, "--ctx", "256")
    (small,) = is_comparison(commands.json(*words, status=1))
    too_many = row["prompt_tokens"] - 256 + 1  # the answer needs room for one token at least
    assert re.search(rf"\b{too_many} tokens too long\b", small["error"])


def test_a_file_without_a_template_takes_a_well_known_one(
    commands: Commands, models: Models
) -> None:
    words = ("compare", models["mute"], "--prompt", "Hi", "--template", "chatml")
    (row,) = is_comparison(commands.json(*words))
    assert row["text"] == "No template"
    ended = commands.run(*words[:-2])
    assert ended.status == 0
    said = (
        "Without a chat template, so asked by plain completion: mute.gguf. --template chooses one."
    )
    assert said in ended.err


def test_a_seed_repeats_an_answer(commands: Commands, models: Models) -> None:
    def texts(seed: str) -> list[str]:
        words = ("compare", models["noise"], models["noise"], "--prompt", "Hi", "--seed", seed)
        document = commands.json(*words, "--temperature", "2", "--max-tokens", "20")
        return [row["text"] for row in is_comparison(document)]

    seven = texts("7")
    assert seven[0] == seven[1]
    assert seven != texts("8")


def test_an_answer_does_not_steer_the_terminal(commands: Commands, models: Models) -> None:
    words = ("compare", models["steers"], models["bytes"], "--prompt", "Hi")
    shown = commands.run(*words)
    assert shown.status == 0
    assert "[bold]plain[/bold]" in shown.out
    assert not set(shown.out) & {"\x1b", "\x9b", "\x07", "\r"}
    steers, broken = is_comparison(commands.json(*words))
    assert steers["text"].startswith("\x1b[2J")
    assert broken["text"] == "a\ufffd\ufffdb€"


def test_a_system_prompt_that_a_template_refuses_is_part_of_the_message(
    commands: Commands, models: Models
) -> None:
    words = ("compare", models["no_system"], models["blue"], "--prompt", "Why?")
    ended = commands.run(*words, "--system", "Be brief.")
    assert ended.status == 0
    assert "Fine." in ended.out
    assert f"{models['no_system']}: its chat template takes no system prompt" in ended.err
    assert str(models["blue"]) not in ended.err
    assert commands.run(*words).err == ""


def test_thinking_without_an_answer_is_said(commands: Commands, models: Models) -> None:
    words = ("compare", models["thinks"], "--prompt", "2 + 2?", "--max-tokens", "3")
    shown = commands.run(*words).out
    assert "(No answer: its thinking took all 3 tokens; --max-tokens allows more.)" in shown
    (row,) = is_comparison(commands.json(*words))
    assert row["text"] == ""
    assert row["error"] is None


@posix
def test_ctrl_c_ends_a_comparison_and_its_engines(commands: Commands, models: Models) -> None:
    words = ("compare", models["endless"], "--prompt", "Hi", "--max-tokens", "9999999")
    is_interrupted(commands, *words, "--ctx", str(LONG_TOKENS))


# --- bench --------------------------------------------------------------------------------


def test_bench(commands: Commands, models: Models) -> None:
    paths = [models["blue"], models["truncated"], models["aborts"], models["noise"]]
    words = ("bench", *paths, "--pp", "16", "--tg", "8", "--repetitions", "3", "--depth", "8")
    ended = commands.run(*words, "--threads", "1", "--json")
    assert ended.status == 1
    document = ended.document
    assert document["drift"] is None
    rows = is_benchmark(document)
    assert [(row["file"], row["test"]) for row in rows] == [
        (str(path), test) for path in paths for test in ("pp16", "tg8")
    ]
    assert {(row["threads"], row["depth"]) for row in rows} == {(1, 8)}
    for row in rows:
        broken = row["file"] in (str(models["truncated"]), str(models["aborts"]))
        assert len(row["samples"]) == (0 if broken else 3)
        assert (row["error"] is not None) == broken
    assert {row["level"] for row in rows} == {"F16", None}
    assert len(ended.sentences) == 4


def test_bench_leaves_a_test_out_at_0(commands: Commands, models: Models) -> None:
    words = ("bench", models["blue"], "--tg", "8", "--pp", "0", "--repetitions", "1")
    (row,) = is_benchmark(commands.json(*words))
    assert row["test"] == "tg8"
    assert row["stddev"] is None
    shown = commands.run(*words)
    assert shown.status == 0
    assert "tg8" in shown.out
    assert "pp" not in shown.out
    assert shown.err == ""


@posix
def test_ctrl_c_ends_a_benchmark_and_its_engine(commands: Commands, models: Models) -> None:
    is_interrupted(commands, "bench", models["endless"], "--pp", "30000", "--repetitions", "9999")


# --- quantize -----------------------------------------------------------------------------


def test_quantize(commands: Commands, demo_model: Path, tmp_path: Path) -> None:
    target = tmp_path / "small.gguf"
    words = ("quantize", demo_model, target, "--type", "q4_k_m", "--threads", "2")
    made = commands.json(*words)
    has(made, {"source": str, "target": str, "level": str, "file_bytes": int})
    has(made, {"bits_per_weight": float, "elapsed_ns": int})
    assert (made["source"], made["target"]) == (str(demo_model), str(target))
    assert made["level"] == "Q4_K_M"
    assert made["file_bytes"] == target.stat().st_size < demo_model.stat().st_size / 2
    assert 4 < made["bits_per_weight"] < 6

    whole = target.read_bytes()
    again = commands.run(*words)
    assert again.status == 1
    assert "is there already" in again.err
    assert target.read_bytes() == whole
    (row,) = is_comparison(commands.json("compare", target, "--prompt", "Hello"))
    assert row["level"] == "Q4_K_M"
    assert row["text"]


def test_quantize_says_what_it_cannot_do(
    commands: Commands, models: Models, demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new.gguf"
    shrunken = models.folder / "shrunken.gguf"
    assert commands.run("quantize", demo_model, shrunken, "--type", "Q5_0").status == 0
    for words, status, part in (
        ((demo_model, target, "--type", "Q9_X"), 2, "“Q9_X” is not a version that llama.cpp knows"),
        ((demo_model, target, "--type", "IQ2_XS"), 1, "importance matrix"),
        ((demo_model, tmp_path / "no" / "new.gguf", "--type", "Q4_0"), 1, "no folder"),
        ((demo_model, "/proc/new.gguf", "--type", "Q4_0"), 1, "Nothing can be written"),
        ((demo_model, demo_model, "--type", "Q4_0"), 1, "is there already"),
        ((tmp_path / "none.gguf", target, "--type", "Q4_0"), 1, "not there"),
        ((models["truncated"], target, "--type", "Q4_0"), 1, "truncated"),
        ((models["unknown"], target, "--type", "Q4_0"), 1, "zorblax"),
        ((shrunken, target, "--type", "Q4_0"), 1, "is quantized already (Q5_0)"),
        ((demo_model, target, "--type", "NVFP4"), 1, "cannot make it"),
    ):
        ended = commands.run("quantize", *words, "--json")
        assert ended.status == status, ended
        assert part in ended.err
        assert ended.out == ""
        is_sentence(ended.err.strip())
    assert list(tmp_path.iterdir()) == []


# --- words --------------------------------------------------------------------------------


def test_version_and_help(commands: Commands) -> None:
    assert commands.run("--version").out == f"Shrinkscope {__version__}\n"
    shown = commands.run("--help")
    assert shown.status == 0
    assert all(word in shown.out for word in ("compare", "bench", "quantize"))
    assert "--together" in commands.run("compare", "--help").out


@pytest.mark.parametrize(
    "words",
    [
        ["--nonsense"],
        ["compare", "--prompt", "Hi"],
        ["compare", "x.gguf"],
        ["compare", "x.gguf", "--prompt", "  "],
        ["compare", "x.gguf", "--prompt", "Hi", "--ctx", "many"],
        ["bench", "x.gguf", "--pp", "0", "--tg", "0"],
        ["quantize", "x.gguf"],
    ],
)
def test_wrong_words_are_answered_with_one_sentence(commands: Commands, words: list[str]) -> None:
    ended = commands.run(*words)
    assert ended.status == 2
    assert ended.out == ""
    (sentence,) = ended.sentences
    is_sentence(sentence)


@posix
def test_nobody_listens(commands: Commands, models: Models) -> None:
    words = ("compare", models["blue"], "--prompt", "Hi")
    for form in ([], ["--json"]):
        with Path("/dev/full").open("wb") as full:
            ended = commands.run(*words, *form, stdout=full)
        assert ended.status == 1
        assert ended.sentences == ["The result could not be written: No space left on device."]
    reading, writing = os.pipe()
    os.close(reading)
    ended = commands.run(*words, stdout=writing)
    os.close(writing)
    assert (ended.status, ended.err) == (1, "")


# --- helpers ------------------------------------------------------------------------------


def run_with_terminal(commands: Commands, *words: str | Path) -> tuple[Any, str]:
    """Run a command whose standard error is a terminal; returns its end and what was shown."""
    import pty

    here, there = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # a terminal that nobody writes to any more
            while data := os.read(here, 1 << 16):
                shown.append(data)

    # Meanwhile: a terminal that nobody reads takes a few thousand characters, and then none.
    reader = threading.Thread(target=read)
    reader.start()
    try:
        environment = commands.environment(TERM="xterm")
        ended = commands.run(*words, stderr=there, env=environment)
    finally:
        os.close(there)
        reader.join()
        os.close(here)
    return ended, b"".join(shown).decode()


def is_interrupted(commands: Commands, *words: str | Path) -> None:
    """Start a long command, interrupt it once an engine works, and see everything end."""
    process = commands.start(*words, "--json")
    try:
        engine = _busy_child(psutil.Process(process.pid))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert out == b""
    assert err.decode().strip() == "Interrupted."
    psutil.wait_procs([engine], timeout=PATIENCE_SECONDS)
    assert not engine.is_running()


def _busy_child(parent: psutil.Process) -> psutil.Process:
    """The first child, once it has worked for a while: it is an engine that generates."""
    while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
        for child in parent.children():
            with contextlib.suppress(psutil.NoSuchProcess):  # one that has just ended
                if child.cpu_times().user > 1.0:
                    return child
        psutil.wait_procs([parent], timeout=0.05)
    raise AssertionError("it ended before it was interrupted")
