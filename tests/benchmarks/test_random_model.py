"""The benchmarks' model is a whole model: it has the parts that a real one has, and loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gguf
import pytest

from tests.benchmarks import random_model

SMALL = random_model.Shape(
    layers=1, width=256, feed_forward=256, heads=4, kv_heads=2, vocabulary_tokens=20_000
)
LOAD = """
import sys, llama_cpp
model = llama_cpp.Llama(sys.argv[1], n_ctx=64, n_threads=1, verbose=False)
tokens = model.tokenize(b"the sky", add_bos=False)
assert model.detokenize(tokens) == b"the sky", tokens
assert len(tokens) == 3, tokens  # "t", "he" and " sky", as the merges say
answer = model.create_completion("the sky", max_tokens=40, temperature=0)
assert answer["usage"]["completion_tokens"] == 40, answer
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHRINKSCOPE_BENCH_CACHE", str(tmp_path))
    return tmp_path


def test_the_random_model_loads_and_does_not_stop_early(own_cache: Path) -> None:
    path = random_model.ensure_random_model("Q4_K_M", SMALL)
    assert sorted(own_cache.glob("*.gguf"))[1] == path
    result = subprocess.run(
        [sys.executable, "-c", LOAD, str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_it_is_made_once(own_cache: Path) -> None:
    first = random_model.ensure_random_model("F16", SMALL)
    made_at_ns = first.stat().st_mtime_ns
    assert random_model.ensure_random_model("F16", SMALL) == first
    assert first.stat().st_mtime_ns == made_at_ns
    assert list(own_cache.iterdir()) == [first]


def test_the_file_holds_every_tensor_and_a_whole_vocabulary(own_cache: Path) -> None:
    reader = gguf.GGUFReader(random_model.ensure_random_model("F16", SMALL))
    assert len(reader.tensors) == 2 + 9 * SMALL.layers
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    assert len(tokens) == len(set(tokens)) == SMALL.vocabulary_tokens


def test_the_standard_shape_is_the_one_that_speeds_are_stated_for() -> None:
    shape = random_model.Shape()
    parameters = sum(
        size[0] * (size[1] if len(size) > 1 else 1) for _, size in random_model.tensor_shapes(shape)
    )
    assert 0.4e9 < parameters < 0.45e9
    assert shape.vocabulary_tokens >= 100_000
