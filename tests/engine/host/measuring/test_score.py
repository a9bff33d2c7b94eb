"""Distributions of the real demo model, kept and compared by real engines."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest

from app.engine.protocol.making import Quantize, Quantized
from app.engine.protocol.reading import Detokenize, Detokenized, Tokenize, Tokenized
from app.engine.protocol.running import Failed
from app.engine.protocol.scoring import (
    ChunkScored,
    KeepReference,
    LikelyText,
    MeasureText,
    ReferenceKept,
    ScoreChunk,
    TextLikely,
    TextMeasured,
)
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine

TEXT = (
    "A model of a language gives every word a probability. When its weights are stored with fewer "
    "bits, these probabilities move a little, and the question is how far. What is 12 + 30? "
    "12 + 30: 2 + 0 = 2; 1 + 3 = 4. The answer is 42. Which month comes after May? After May comes "
    "June. <|im_end|> is written out here, and ümlauts and 漢字 are bytes.\n"
)
CHUNK_TOKENS = 96
FIRST_SCORED = 32


def tokens_of(engine: RecordedEngine, folder: Path, text: str = TEXT) -> list[int]:
    source, target = folder / "text.txt", folder / "text.tokens"
    source.write_text(text, encoding="utf-8")
    command_id = engine.client.next_id()
    engine.client.send(Tokenize(command_id, str(source), str(target)))
    tokenized = engine.wait(Tokenized)
    tokens = array("i", target.read_bytes()).tolist()
    assert tokenized.count == len(tokens)
    return tokens


def keep(engine: RecordedEngine, tokens: list[int], target: Path, **options: bool) -> None:
    command_id = engine.client.next_id()
    engine.client.send(KeepReference(command_id, tokens, FIRST_SCORED, 1, str(target), **options))
    kept = engine.wait(ReferenceKept)
    assert kept.positions == len(tokens) - 1 - FIRST_SCORED
    assert kept.file_bytes == target.stat().st_size


def score(
    engine: RecordedEngine, tokens: list[int], reference: Path, **options: bool
) -> ChunkScored:
    command_id = engine.client.next_id()
    engine.client.send(ScoreChunk(command_id, tokens, FIRST_SCORED, 1, str(reference), **options))
    return engine.wait(ChunkScored)


@pytest.fixture(scope="module")
def q2_k(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model at Q2_K, made by llama.cpp's quantizer."""
    folder = tmp_path_factory.mktemp("levels")
    engine = RecordedEngine(folder / "state")
    engine.start()
    target = folder / "demo-Q2_K.gguf"
    engine.client.send(Quantize(engine.client.next_id(), str(demo_model), str(target), 10, 1))
    engine.wait(Quantized)
    engine.client.close()
    assert engine.client.join(PATIENCE_SECONDS)
    return target


def test_a_text_becomes_tokens_and_the_same_text_again(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    engine.load(demo_model, 0)
    tokens = tokens_of(engine, tmp_path)
    engine.client.send(Detokenize(engine.client.next_id(), tokens))
    pieces = engine.wait(Detokenized).pieces
    assert "".join(pieces).encode("latin-1").decode("utf-8").strip() == TEXT.strip()


def test_a_text_is_read_with_the_likeliest_tokens_at_each_place(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    engine.load(demo_model, 0)
    tokens = tokens_of(engine, tmp_path)
    engine.client.send(LikelyText(engine.client.next_id(), TEXT, 20))
    read = engine.wait(TextLikely)
    every = [read.first, *(each.token for each in read.said)]
    assert [each.number for each in every] == tokens
    assert b"".join(each.piece for each in every).decode().strip() == TEXT.strip()
    engine.client.send(MeasureText(engine.client.next_id(), tokens, 0, 1))
    measured = engine.wait(TextMeasured).ln_p
    assert [each.token.log_probability for each in read.said] == pytest.approx(measured, abs=1e-5)
    for each in read.said:
        falling = [one.log_probability for one in each.likely]
        assert len(falling) == 20
        assert falling == sorted(falling, reverse=True)
        own = {one.number: one.log_probability for one in each.likely}
        assert own.get(each.token.number) in (None, each.token.log_probability)


def test_a_model_loses_nothing_against_itself(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    engine.load(demo_model, 0)
    tokens = tokens_of(engine, tmp_path)[:CHUNK_TOKENS]
    keep(engine, tokens, tmp_path / "kept")
    same = score(engine, tokens, tmp_path / "kept")
    assert len(same.kld) == CHUNK_TOKENS - 1 - FIRST_SCORED
    assert all(same.same_top)
    assert max(map(abs, same.kld)) < 1e-6
    assert same.ln_p == pytest.approx(same.reference_ln_p, abs=1e-5)
    # Other batches make other roundings: tiny differences, which are the floor of the noise.
    other = score(engine, tokens, tmp_path / "kept", one_by_one=True)
    assert max(map(abs, other.kld)) < 1e-2


def test_fewer_bits_are_further_away(
    engine: RecordedEngine, demo_model: Path, q2_k: Path, tmp_path: Path
) -> None:
    engine.load(demo_model, 0)
    tokens = tokens_of(engine, tmp_path)[:CHUNK_TOKENS]
    keep(engine, tokens, tmp_path / "kept")
    keep(engine, tokens, tmp_path / "rounded", comparable=True)
    engine.load(q2_k, 0)
    full = score(engine, tokens, tmp_path / "kept")
    rounded = score(engine, tokens, tmp_path / "rounded")
    assert all(kld > -1e-6 for kld in full.kld)
    mean = sum(full.kld) / len(full.kld)
    assert mean > 0.01
    assert sum(rounded.kld) / len(rounded.kld) == pytest.approx(mean, rel=0.02)
    assert full.ln_p != pytest.approx(full.reference_ln_p, abs=1e-3)


def test_what_cannot_be_scored_is_said(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    engine.client.send(ScoreChunk(engine.client.next_id(), [1, 2, 3], 1, 1, "nowhere"))
    assert engine.wait(Failed).sentence == "No model is loaded in this engine."
    engine.load(demo_model, 0)
    engine.client.send(ScoreChunk(engine.client.next_id(), [1, 2, 3], 1, 1, "nowhere"))
    assert "No such file" in engine.wait(Failed).sentence
    (tmp_path / "broken").write_bytes(b"no reference")
    for tokens, first, words in (
        ([1, 2, 3], 1, "cannot be read"),
        ([1, 2**30, 3], 1, "cannot be read"),
    ):
        command = ScoreChunk(engine.client.next_id(), tokens, first, 1, str(tmp_path / "broken"))
        engine.client.send(command)
        assert words in engine.wait(Failed).sentence
    target = str(tmp_path / "kept")
    engine.client.send(KeepReference(engine.client.next_id(), [1, 2**30, 3], 1, 1, target))
    assert "vocabulary" in engine.wait(Failed).sentence
    engine.client.send(KeepReference(engine.client.next_id(), [1, 2], 1, 1, target))
    assert "too short" in engine.wait(Failed).sentence
    keep(engine, [1] * CHUNK_TOKENS, tmp_path / "kept")
    engine.client.send(ScoreChunk(engine.client.next_id(), [1] * 50, 5, 1, target))
    assert "cannot be compared" in engine.wait(Failed).sentence
    engine.client.send(Detokenize(engine.client.next_id(), [-1]))
    assert "vocabulary" in engine.wait(Failed).sentence
