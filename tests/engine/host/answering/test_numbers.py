"""Models that compute no numbers: it is said as what it is, and the engine lives."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.core.candidates.settings import SamplingSettings
from app.engine.protocol.measuring import Bench, BenchSample
from app.engine.protocol.running import Failed, FailureKind
from app.engine.protocol.scoring import (
    ChunkScored,
    ContinueText,
    KeepReference,
    MeasureText,
    ReferenceKept,
    ScoreChunk,
)
from tests.engine.conftest import SHORT, RecordedEngine
from tests.helpers import gguf_files as files

SAMPLED = SamplingSettings(max_tokens=8, temperature=0.8, seed=1)
WIDTH = 256
TOKENS = [*range(40)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files.write_tiny_llama(tmp_path_factory.mktemp("sound") / "sound.gguf")


@pytest.fixture(scope="module")
def broken(sound: Path) -> Path:
    return files.write_with_value(
        sound.with_name("broken.gguf"), sound, "output_norm.weight", math.nan
    )


def refused(engine: RecordedEngine) -> Failed:
    failed = engine.wait(Failed)
    assert failed.kind is FailureKind.NUMBERS
    return failed


@pytest.mark.parametrize("sampling", [SHORT, SAMPLED])
@pytest.mark.parametrize(("value", "word"), [(math.nan, "NaN"), (math.inf, "infinite|NaN")])
def test_an_answer_is_refused(
    engine: RecordedEngine,
    sound: Path,
    tmp_path: Path,
    sampling: SamplingSettings,
    value: float,
    word: str,
) -> None:
    file = files.write_with_value(tmp_path / "b.gguf", sound, "output_norm.weight", value)
    engine.load(file)
    engine.send_prompt("Hello", sampling)
    sentence = refused(engine).sentence
    assert sentence.startswith("This file computes no numbers (")
    assert any(f"({each})" in sentence for each in word.split("|"))
    engine.load(sound)
    assert engine.answer("Hello", sampling)[2].figures.generated_tokens > 0


@pytest.mark.parametrize("sampling", [SHORT, SAMPLED])
def test_one_broken_token_spoils_only_what_it_stands_in(
    engine: RecordedEngine, sound: Path, tmp_path: Path, sampling: SamplingSettings
) -> None:
    place = ord("Z") * WIDTH
    file = files.write_with_value(tmp_path / "z.gguf", sound, "token_embd.weight", math.nan, place)
    engine.load(file)
    one = SamplingSettings(max_tokens=1, temperature=sampling.temperature, seed=1)
    assert engine.answer("Hello", one)[2].figures.generated_tokens == 1
    engine.send_prompt("Hello Z", one)
    refused(engine)
    finished = engine.answer("Hello", one)[2]
    assert finished.figures.generated_tokens == 1
    assert finished.figures.reused_tokens == 0  # nothing of what was spoilt is used again


def test_a_text_is_not_scored(
    engine: RecordedEngine, sound: Path, broken: Path, tmp_path: Path
) -> None:
    ids = engine.client
    kept = tmp_path / "kept"
    engine.load(sound, 0)
    ids.send(KeepReference(ids.next_id(), TOKENS, 8, 1, str(kept)))
    engine.wait(ReferenceKept)
    engine.load(broken, 0)
    for command in (
        MeasureText(ids.next_id(), TOKENS, 8, 1),
        KeepReference(ids.next_id(), TOKENS, 8, 1, str(tmp_path / "none")),
        ScoreChunk(ids.next_id(), TOKENS, 8, 1, str(kept)),
        ContinueText(ids.next_id(), TOKENS, 4, 1),
    ):
        ids.send(command)
        assert refused(engine).id == command.id
    assert not (tmp_path / "none").exists()
    engine.load(sound, 0)
    ids.send(ScoreChunk(ids.next_id(), TOKENS, 8, 1, str(kept)))
    assert max(map(abs, engine.wait(ChunkScored).kld)) < 1e-3


@pytest.mark.parametrize(("prompt", "generated"), [(8, 0), (0, 4)])
def test_no_speed_is_told_of_what_is_no_number(
    engine: RecordedEngine, sound: Path, broken: Path, prompt: int, generated: int
) -> None:
    for file in (broken, sound):
        engine.load(file, 0)
        command = Bench(engine.client.next_id(), prompt, generated, 0, 1, warmup=True)
        engine.client.send(command)
        if file == broken:
            assert refused(engine).id == command.id
        else:
            assert engine.wait(BenchSample).tokens_per_second > 0
