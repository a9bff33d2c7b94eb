"""What llama.cpp refuses is said in this program's words, with the way on."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.core.models.levels import level_by_name
from app.engine.host.refusals import known_refusal
from app.engine.protocol.loading import Load, Predict
from app.engine.protocol.making import Quantize, Quantized
from app.engine.protocol.running import Failed, FailureKind
from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

# Words of llama.cpp's own that nobody should have to read.
FOREIGN = ("llama.cpp", "llama_", "ggml", "n_embd", "imatrix", "flash_attn", "hyperparameters")


def renamed_tensor(path: Path) -> Path:
    data = files.write_tiny_llama(path).read_bytes()
    path.write_bytes(data.replace(b"blk.1.ffn_up.weight", b"blk.1.ffn_oh.weight"))
    return path


def with_facts(**facts: object) -> Callable[[Path], Path]:
    changed = {key.replace("__", "."): value for key, value in facts.items()}
    return lambda path: files.write_tiny_llama(path, metadata=changed)


LOADS: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "architecture": (files.write_unknown_architecture, "“zorblax”", "update Shrinkscope"),
    "version": (files.write_wrong_version, "damaged, or of a form", "download it again"),
    "counts": (files.write_absurd_counts, "damaged, or of a form", "download it again"),
    "truncated": (files.write_truncated_llama, "ends before its weights", "download it again"),
    "pre-tokenizer": (
        with_facts(tokenizer__ggml__pre="klingon"),
        "tokenizer “klingon”",
        "update Shrinkscope",
    ),
    "Ollama": (
        with_facts(general__architecture="gptoss"),
        "made for Ollama’s own engine",
        "from the Hub",
    ),
    "type of a value": (
        with_facts(llama__context_length="512"),
        "“llama.context_length” in a form (str)",
        "take a newer conversion",
    ),
    "tokenizer": (
        with_facts(tokenizer__ggml__model="runes"),
        "tokenizer “runes”",
        "update Shrinkscope",
    ),
    "merges": (with_facts(tokenizer__ggml__merges=None), "vocabulary", "newer conversion"),
    "key": (
        with_facts(llama__embedding_length=None),
        "lacks “llama.embedding_length”",
        "newer conversion",
    ),
    "weights": (renamed_tensor, "“blk.1.ffn_up.weight”", "another conversion"),
    "shape": (
        with_facts(llama__feed_forward_length=256),
        "another shape than its header says",
        "newer conversion",
    ),
    "more weights": (
        with_facts(llama__block_count=1),
        "other weights than its architecture has",
        "another conversion",
    ),
}


def told(engine: RecordedEngine, cause: str, way_on: str) -> Failed:
    failed = engine.wait(Failed)
    assert cause in failed.sentence
    assert way_on in failed.sentence
    assert failed.sentence.endswith(".")
    assert not [word for word in FOREIGN if word in failed.sentence]
    assert failed.detail  # llama.cpp's own words are in the log
    return failed


@pytest.mark.parametrize("name", LOADS)
def test_a_load_is_refused_in_our_words(engine: RecordedEngine, tmp_path: Path, name: str) -> None:
    write, cause, way_on = LOADS[name]
    path = write(tmp_path / "m.gguf")
    engine.send_load(path)
    assert told(engine, cause, way_on).kind is FailureKind.LOAD
    if name != "truncated":  # of a plan the header is enough
        engine.client.send(Predict(engine.client.next_id(), str(path), 512, 1))
        assert told(engine, cause, way_on).kind is FailureKind.LOAD
    engine.load(files.write_tiny_llama(tmp_path / "good.gguf"))


@pytest.mark.parametrize(
    ("heads", "kv_type", "flash", "cause", "way_on"),
    [
        (4, KvType.Q8_0, FlashAttention.OFF, "needs flash attention", "flash attention to auto"),
        (16, KvType.Q8_0, FlashAttention.AUTO, "q8_0 does not suit this model", "choose f16"),
        (16, KvType.Q4_1, FlashAttention.ON, "whose heads are 16 numbers wide", "choose f16"),
    ],
)
def test_a_kv_type_that_fails_is_not_recommended(
    engine: RecordedEngine,
    tmp_path: Path,
    heads: int,
    kv_type: KvType,
    flash: FlashAttention,
    cause: str,
    way_on: str,
) -> None:
    facts = {"llama.attention.head_count": heads, "llama.rope.dimension_count": 256 // heads}
    facts["llama.attention.head_count_kv"] = heads // 2
    path = files.write_tiny_llama(tmp_path / "m.gguf", metadata=facts)
    ids = engine.client
    settings = EngineSettings(kv_type=kv_type, flash_attention=flash)
    for command in (
        Load(ids.next_id(), str(path), 512, 1, settings),
        Predict(ids.next_id(), str(path), 512, 1, settings),
    ):
        ids.send(command)
        failed = told(engine, cause, way_on)
        assert failed.kind is FailureKind.CONTEXT
        assert f"choose {kv_type}" not in failed.sentence


@pytest.mark.parametrize(
    ("kv_type", "is_advised"), [(KvType.F16, True), (KvType.Q8_0, False), (KvType.Q4_0, False)]
)
def test_memory_that_is_too_short_for_a_context_is_told_with_a_smaller_one(
    engine: RecordedEngine, tmp_path: Path, kv_type: KvType, *, is_advised: bool
) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", context_length=40_000_000)
    limit = 400_000_000
    engine.client.send(
        Load(
            engine.client.next_id(),
            str(path),
            40_000_000,
            1,
            EngineSettings(kv_type=kv_type),
            memory_limit_bytes=limit,
        )
    )
    failed = told(engine, "40,000,000 tokens", "choose a smaller context")
    assert failed.kind is FailureKind.CONTEXT_MEMORY
    assert ("KV cache type q8_0" in failed.sentence) == is_advised


def test_quantizing_is_refused_in_our_words(engine: RecordedEngine, tmp_path: Path) -> None:
    sound = files.write_tiny_llama(tmp_path / "sound.gguf")
    broken = files.write_with_value(tmp_path / "nan.gguf", sound, "blk.0.ffn_up.weight", math.nan)
    ids, small, target = engine.client, tmp_path / "small.gguf", tmp_path / "none.gguf"

    def send(source: Path, level: str, into: Path = target) -> None:
        ftype = level_by_name(level).ftype
        ids.send(Quantize(ids.next_id(), str(source), str(into), ftype, 1))

    send(sound, "Q5_0", small)
    engine.wait(Quantized)
    for source, level, cause, way_on, kind in (
        (small, "Q4_0", "quantized already (it holds q5_0", "F16, BF16 or F32", "quantize"),
        (sound, "IQ2_XS", "needs an importance matrix", "Q4_K_M", "quantize"),
        (broken, "Q4_0", "no numbers (NaN)", "Download it again", "numbers"),
        (LOADS["architecture"][0](tmp_path / "z.gguf"), "Q4_0", "“zorblax”", "update", "quantize"),
    ):
        send(source, level)
        assert told(engine, cause, way_on).kind == kind
        assert not target.exists()
    assert not list(tmp_path.glob("*.part"))


def test_what_is_not_known_leaves_the_callers_sentence() -> None:
    load = FailureKind.LOAD
    for lines in (
        ["llama_model_load: error loading model: an error of tomorrow"],
        ["the file says: error loading model: unknown model architecture: 'mine'"],
        ["nothing of use"],
        [],
    ):
        assert known_refusal(load, lines) is None


def test_names_from_files_are_bounded() -> None:
    line = f"llama_model_load: error loading model: unknown model architecture: '{'x' * 10_000}'"
    found = known_refusal(FailureKind.LOAD, [line] * 20)
    assert found is not None
    assert len(str(found[1])) < 400


def test_a_tensor_type_that_is_newer_than_the_engine_is_told() -> None:
    lines = ["gguf_init_from_reader: tensor 'a' has invalid ggml type 45. should be in [0, 43)"]
    kind, sentence = known_refusal(FailureKind.LOAD, lines) or (None, "")
    assert kind is FailureKind.LOAD
    assert "tensor type 45" in str(sentence)
    assert "update Shrinkscope" in str(sentence)
