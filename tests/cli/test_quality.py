"""``quality`` as a process: real engines on the demo model's levels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.chats.chat import Answer, Chat, Turn
from app.store.chats import ChatStore
from app.store.database import open_database
from app.store.paths import Paths
from tests.helpers.adapters import write_adapter
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama
from tests.helpers.replay.texts import like_vllm
from tests.lab.serve.conftest import serving

if TYPE_CHECKING:
    from tests.cli.conftest import Program

SENTENCES = (
    "The sky is blue because air scatters short waves of light more than long ones.",
    "What is 47 + 38? 7 + 8 = 15, carry 1; 4 + 3 + 1 = 8. The answer is 85.",
    "def area(width, height):\n    return width * height\n",
    "Bits are stored in memory, and fewer bits for every weight make a smaller file.",
    "Which month comes after May? After May comes June.",
)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A few chunks of text that does not repeat itself word by word."""
    path = tmp_path / "text.txt"
    lines = (f"{number}. {SENTENCES[number % len(SENTENCES)]}" for number in range(160))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_all_rows_are_of_one_text_however_soon_each_is_known(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    text, q2 = tmp_path / "uneven.txt", program.home / "demo-Q2_K.gguf"
    # Of three kinds in blocks: chunks differ much, so that what loses much is known late.
    kinds = (SENTENCES[0], "абвгдежз漢字仮名αβγδ", "aaaa " * 8)
    lines = (f"{kinds[number // 24 % 3]} {number**3 % 997}" for number in range(900))
    text.write_text("\n".join(lines), encoding="utf-8")
    program.run("quantize", demo_model, q2, "--type", "Q2_K", "--quiet")
    words = ["quality", "--reference", demo_model, "--text", text, "--threads", 1]
    document = program.json(*map(str, words), demo_model, q2)
    same, far = document["candidates"]
    assert same["stopped_by"] == "precise"
    assert same["longest"] is None
    assert far["longest"]["chunks"] > same["chunks"] == far["chunks"] == 16
    assert far["longest"]["mean_kld"] != far["mean_kld"]
    for name in ("positions", "reference_ppl", "reference_bits_per_byte"):
        assert same[name] == far[name]
    shift = far["bits_per_byte"] - same["bits_per_byte"]
    assert shift == pytest.approx(far["bits_per_byte_difference"], abs=1e-6)
    alone = program.json(*map(str, words), q2)["candidates"][0]
    assert alone["mean_kld"] == pytest.approx(far["longest"]["mean_kld"], rel=1e-6)


@pytest.mark.slow
def test_fewer_bits_lose_more(program: Program, demo_model: Path, text: Path) -> None:
    q8 = program.home / "demo-Q8_0.gguf"
    q2 = program.home / "demo-Q2_K.gguf"
    for level, target in (("Q8_0", q8), ("Q2_K", q2)):
        program.run("quantize", demo_model, target, "--type", level, "--quiet")
    words = ["quality", "--reference", demo_model, "--text", text, "--chunks", 16, "--threads", 1]
    document = program.json(*map(str, words), q8, q2)
    near, far = document["candidates"]
    assert document["mode"] == "quick"
    assert document["noise_floor"]["mean_kld"] < near["mean_kld"] < far["mean_kld"]
    assert near["same_top"] > far["same_top"]
    assert near["mean_kld_low"] < near["mean_kld"] < near["mean_kld_high"]
    assert near["kld_p999"] is None  # too few positions for it
    assert near["reference_ppl"] == pytest.approx(far["reference_ppl"])
    assert far["worst"][0]["kld"] == pytest.approx(far["max_kld"])
    assert {row["stopped_by"] for row in document["candidates"]} <= {"precise", "text end"}
    # What is kept of the reference serves the next candidate: the same figures again.
    again = program.json(*map(str, words), q8)
    assert again["candidates"][0]["mean_kld"] == pytest.approx(near["mean_kld"], rel=1e-6)


@pytest.mark.slow
def test_an_adapter_is_what_it_would_be_in_the_weights(
    program: Program, demo_model: Path, text: Path
) -> None:
    adapter = write_adapter(program.home / "a.gguf", demo_model, scale=1.5)
    merged = program.home / "merged.gguf"
    program.run("shrink", demo_model, merged, "--merge-lora", adapter, "--quiet")
    words = ["quality", "--reference", merged, "--text", text, "--chunks", 8, "--threads", 1]
    rows = [f"{demo_model}#lora={adapter}{strength}" for strength in ("", "*0.5", "*0")]
    document = program.json(*map(str, words), *rows, str(demo_model))
    whole, half, none, plain = document["candidates"]
    assert whole["candidate"] == rows[0]
    assert whole["mean_kld"] < 1e-5 < half["mean_kld"] < none["mean_kld"]
    assert none["mean_kld"] == plain["mean_kld"]


@pytest.mark.slow
def test_the_demo_model_is_measured_on_its_own_chats_and_warned_of_on_others(
    program: Program, demo_model: Path
) -> None:
    q4 = program.home / "demo-Q4_K_M.gguf"
    program.run("quantize", demo_model, q4, "--type", "Q4_K_M", "--quiet")
    words = ("quality", "--reference", demo_model, q4, "--threads", "1", "--chunks", "16")
    document = program.json(*words)
    (row,) = document["candidates"]
    assert document["text"]["name"] == "the demo model's chats"
    # It was taught these answers: it knows what comes next, and so does its Q4_K_M.
    assert 1 < row["reference_ppl"] < 1.5
    assert row["same_top"] > 0.99
    assert document["remarks"] == []
    other = program.json(*words, "--text", "bundled")
    assert other["candidates"][0]["reference_ppl"] > 1536
    (remark,) = other["remarks"]
    assert "worse than guessing" in remark


def test_what_cannot_be_measured_is_said(
    program: Program, demo_model: Path, text: Path, tmp_path: Path
) -> None:
    short = tmp_path / "short.txt"
    short.write_text("Too short.", encoding="utf-8")
    for words, sentence in (
        (["--text", short], "too short to score"),
        (["--text", demo_model], "is no UTF-8 text"),
        (["--text", tmp_path / "nowhere"], "cannot be read"),
        (["--mode", "comparable"], "Name a text file"),
    ):
        ended = program.run("quality", "--reference", demo_model, demo_model, *words, status=1)
        assert sentence in ended.err
    program.run("quality", demo_model, "--text", text, status=2)
    words = ("quality", "--reference", demo_model, demo_model, "--text", text, "--chunks", "1")
    ended = program.run(*words, status=2)
    assert "one chunk cannot tell how sure a figure is" in ended.err
    assert "too short" not in ended.err


def test_chunks_beyond_what_a_model_was_trained_for_are_said(program: Program, text: Path) -> None:
    short = write_tiny_llama(program.home / "short.gguf", context_length=128)
    longer = write_tiny_llama(program.home / "longer.gguf", context_length=512)
    words = ("quality", "--reference", longer, short, "--text", text, "--threads", "1")
    words = (*words, "--mode", "comparable", "--chunks", "2")
    document = program.json(*words, "--ctx", "256")
    remark, *others = document["remarks"]
    assert not any("was trained" in other for other in others)
    assert remark.startswith(
        "“short.gguf” was trained for 128 tokens and is read here in chunks of"
    )
    assert remark in program.run(*words, "--ctx", "256").err
    below = program.json(*words, "--ctx", "64")["remarks"]
    assert not any("was trained" in other for other in below)


def test_another_vocabulary_is_refused_and_the_others_go_on(
    program: Program, demo_model: Path, text: Path
) -> None:
    other = write_scripted_model(program.home / "other.gguf", ["The", " sky"])
    document = program.json(
        "quality", "--reference", demo_model, other, demo_model,
        "--text", text, "--chunks", "2", "--threads", "1", status=1,
    )  # fmt: skip
    refused, same = document["candidates"]
    assert "another vocabulary" in refused["error"]
    assert refused["mean_kld"] is None
    assert same["mean_kld"] == pytest.approx(0, abs=1e-6)
    assert same["bits_per_byte_difference"] == pytest.approx(0, abs=1e-4)


def test_bits_per_byte_compare_vocabularies(program: Program, demo_model: Path, text: Path) -> None:
    """A model of bytes beside one of words: what both need for the same text."""
    random = write_tiny_llama(program.home / "bytes.gguf")
    document = program.json(
        "quality", "--reference", demo_model, random, demo_model,
        "--text", text, "--chunks", "4", "--threads", "1", status=1,
    )  # fmt: skip
    other, same = document["candidates"]
    assert other["reference_bits_per_byte"] == pytest.approx(same["bits_per_byte"], rel=1e-4)
    # Random weights know nothing: about as many bits as a byte has.
    assert 7 < other["bits_per_byte"] < 12
    assert other["bits_per_byte_se_chunks"] > 0
    assert other["bits_per_byte_difference_low"] < other["bits_per_byte_difference"]
    assert other["ppl"] > 100
    assert other["positions"] > same["positions"]  # a token for each byte
    assert other["same_top"] is None
    assert other["continuations"] == []


def test_chats_are_read_through_the_models_template(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "chats.jsonl"
    lines = [
        {"messages": [{"role": "user", "content": f"What is {n} + {n}?"},
                      {"role": "assistant", "content": f"The answer is {2 * n}."}]}
        for n in range(60)
    ]  # fmt: skip
    rows.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    words = ("quality", "--reference", demo_model, demo_model, "--threads", "1", "--chunks", "3")
    document = program.json(*words, "--text", rows)
    (row,) = document["candidates"]
    assert document["text"]["name"] == rows.name
    shown = "".join(worst["before"] + worst["token"] for worst in row["worst"])
    assert "<|im_start|>" in shown
    assert "user:" not in shown
    assert row["continuations"][0]["prompt"] == "What is 0 + 0?"
    assert not any(one["parted"] for one in row["continuations"])
    assert all(one["same_tokens"] == one["of_tokens"] for one in row["continuations"])
    rows.write_text(json.dumps(lines[0]) + "\n{nonsense\n", encoding="utf-8")
    ended = program.run(*words, "--text", rows, status=1)
    assert "Line 2 is not valid JSON" in ended.err
    rows.write_text("\n", encoding="utf-8")
    assert "no text in this file" in program.run(*words, "--text", rows, status=1).err


def test_history_is_a_text(program: Program, demo_model: Path) -> None:
    words = ("quality", "--reference", demo_model, demo_model, "--threads", "1", "--chunks", "2")
    ended = program.run(*words, "--text", "history", status=1)
    assert "There is no chat in History yet." in ended.err
    paths = Paths.below(program.home / "program")
    paths.create()
    connection = open_database(paths.database)
    store = ChatStore(connection)
    for number in range(12):
        answer = Answer(f"It is {number}. " * 20)
        store.create(Chat(0, turns=[Turn(0, f"Which number comes {number}th?", {"a": answer})]))
    connection.close()
    document = program.json(*words, "--text", "history")
    (row,) = document["candidates"]
    assert document["text"]["name"] == "own chats"
    assert all(one["is_own"] for one in row["continuations"])
    other = write_tiny_llama(program.home / "other.gguf")
    usual = program.json("quality", "--reference", other, other, *words[4:])
    assert usual["text"]["name"] == "bundled texts and own chats"
    own = [one["is_own"] for one in usual["candidates"][0]["continuations"]]
    assert own[:4] == [True] * 4  # one's own prompts come first
    assert own.count(True) == 4
    assert program.json(*words, "--text", "bundled")["text"]["name"] == "bundled texts"


@pytest.mark.slow
def test_a_broken_version_leaves_the_references_answers(program: Program, demo_model: Path) -> None:
    broken = program.home / "demo-TQ1_0.gguf"
    program.run("quantize", demo_model, broken, "--type", "TQ1_0", "--quiet")
    words = ("quality", "--reference", demo_model, broken, "--threads", "1", "--chunks", "2")
    (row,) = program.json(*words)["candidates"]
    parted = [one for one in row["continuations"] if one["parted"]]
    assert len(parted) >= 4
    for one in parted:
        assert one["same_tokens"] <= one["of_tokens"]
        assert one["reference"] != one["candidate"]
    ended = program.run(*words)
    assert "greedy answers leave the original's" in ended.err


def test_without_a_text_the_bundled_ones_are_measured(program: Program, demo_model: Path) -> None:
    words = ("quality", "--reference", demo_model, demo_model, "--chunks", "2", "--threads", "1")
    document = program.json(*words)
    (row,) = document["candidates"]
    assert row["chunks"] == 2
    assert row["same_top"] == 1
    assert row["same_top_low"] < row["same_top_high"] == 1


def test_a_servers_model_is_held_against_by_what_it_tells_of_the_text(
    program: Program, demo_model: Path, text: Path, tmp_path: Path
) -> None:
    with like_vllm(demo_model, tmp_path / "behind") as server:
        there = f"{server.url}#model=org/Model-7B"
        words = ("quality", "--reference", there, demo_model, "--text", text, "--threads", "1")
        document = program.json(*words)
        refused = program.run(*words, "--mode", "comparable", status=1).err
    (row,) = document["candidates"]
    assert (document["mode"], row["likeliest"], row["error"]) == ("likeliest", 20, None)
    assert row["mean_kld"] == pytest.approx(0, abs=1e-5)
    assert row["same_top"] == pytest.approx(1)
    assert document["noise_floor"]["mean_kld"] == pytest.approx(0, abs=1e-6)
    assert "whole vocabulary" in refused
    with serving(tmp_path / "serve", demo_model) as served:
        said = program.run("quality", "--reference", demo_model, f"{served.url}#model=", status=1)
    assert "log probabilities of a text" in said.err
