"""``quality`` as a process: real engines on the demo model's levels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.gguf_files import write_scripted_model

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


def test_without_a_text_the_bundled_ones_are_measured(program: Program, demo_model: Path) -> None:
    words = ("quality", "--reference", demo_model, demo_model, "--chunks", "2", "--threads", "1")
    document = program.json(*words)
    (row,) = document["candidates"]
    assert row["chunks"] == 2
    assert row["same_top"] == 1
    assert row["same_top_low"] < row["same_top_high"] == 1
