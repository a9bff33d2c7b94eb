"""Whatever JSON a server sends, reading it ends in values or in nothing, never in an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.remote import lenient, troubles
from app.engine.remote.access import Access
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.table import DIALECTS
from app.engine.remote.looking import _kind_of

# The names that are looked for, so that the odd values lie where they do harm.
NAMES = [
    "choices", "delta", "message", "content", "reasoning", "logprobs", "top_logprobs", "bytes",
    "token", "logprob", "id", "usage", "prompt_tokens", "completion_tokens_details", "timings",
    "prompt_n", "prompt_ms", "metrics", "stats", "generation_stats", "prompt_tps", "prompt_tokens",
    "peak_memory_usage", "prompt_progress", "total", "processed", "__verbose", "prompt", "model",
    "generation_settings", "data", "models", "owned_by", "meta", "details", "parameter_size",
    "error", "detail", "loc", "msg", "done", "eval_count", "finish_reason", "thinking", "type",
    "n_ctx", "n_prompt_tokens", "samplers", "top_k",
]  # fmt: skip
plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from([10**400, -1, 2**64, "NaN", "7B", "B", "\ud800"]),
)  # fmt: skip
documents = st.dictionaries(
    st.sampled_from(NAMES),
    st.recursive(
        plain,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=6,
)
ACCESS = Access("http://127.0.0.1:9/v1")


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@settings(max_examples=40)
@given(told=documents)
def test_any_document_is_read(dialect: Dialect, told: dict[str, Any]) -> None:
    piece = dialect.piece(told)
    for counted in (piece.prompt_tokens, piece.generated_tokens, piece.thinking_tokens):
        assert counted is None or counted >= 0
    if piece.speeds is not None:
        assert piece.speeds.prompt_tokens_per_second is None or piece.speeds.prompt_ns
    dialect.listed(told)
    _kind_of(told, "")


@given(told=documents, status=st.sampled_from([400, 401, 403, 404, 405, 418, 422, 429, 500, 503]))
def test_any_error_is_one_sentence(told: dict[str, Any], status: int) -> None:
    body = json.dumps(told).encode()
    error = troubles.of_answer(ACCESS, ACCESS.url, status, {}, body, "m")
    assert error.sentence.endswith(".")
    assert "\n" not in error.sentence
    assert troubles.of_stream(ACCESS, told).sentence


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '"\ud800', b"\xff\xff", ""])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        lenient.read_json(text)
