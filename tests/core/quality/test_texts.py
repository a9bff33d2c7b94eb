from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.texts import TextKind, chunk_order, cut, parse_chats, parse_index
from app.resources import resource_path

FOLDER = resource_path("texts", "mixed")
INDEX = parse_index((FOLDER / "index.json").read_text(encoding="utf-8"))


def test_the_index_is_what_is_there() -> None:
    assert {text.file for text in INDEX} == {p.name for p in FOLDER.iterdir()} - {"index.json"}
    for text in INDEX:
        data = (FOLDER / text.file).read_bytes()
        assert len(data) == text.file_bytes
        assert hashlib.sha256(data).hexdigest() == text.sha256
        # Git must not change line ends, or the same text would have two hashes.
        assert b"\r" not in data


def test_the_mix() -> None:
    assert {text.kind for text in INDEX} == set(TextKind)
    assert len({text.language for text in INDEX}) >= 10
    assert 60_000 <= sum(text.file_bytes for text in INDEX) <= 100_000
    assert max(text.file_bytes for text in INDEX) < 0.25 * sum(text.file_bytes for text in INDEX)


def test_the_texts_are_clean() -> None:
    for text in INDEX:
        content = (FOLDER / text.file).read_text(encoding="utf-8")
        strange = {c for c in content if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn")}
        assert strange <= {"\n", "\t"}, text.file
        paragraphs = [p for p in content.split("\n\n") if len(p) > 60]
        assert len(paragraphs) == len(set(paragraphs)), text.file


def test_chats_take_turns_and_end_with_the_assistant() -> None:
    chats = parse_chats((FOLDER / "chat.jsonl").read_text(encoding="utf-8"))
    assert len(chats) >= 12
    for chat in chats:
        roles = [role for role, _ in chat if role != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert all(content.strip() for _, content in chat)


def test_the_index_must_be_ours() -> None:
    with pytest.raises((ValueError, KeyError)):
        parse_index('[{"file": "x", "kind": "song"}]')


@given(st.integers(0, 1000), st.integers(1, 300), st.integers(1, 300))
def test_chunks_keep_the_text_in_order(count: int, size: int, shortest: int) -> None:
    chunks = cut(range(count), size, shortest)
    flat = [token for chunk in chunks for token in chunk]
    assert flat == list(range(len(flat)))
    assert count - len(flat) < min(size, shortest)
    assert all(min(size, shortest) <= len(chunk) <= size for chunk in chunks)


def test_the_order_is_mixed_and_always_the_same() -> None:
    order = chunk_order(70)
    assert sorted(order) == list(range(70))
    assert order == chunk_order(70)
    # Not the texts one after the other: a third of the order has seen most thirds of the text.
    assert {chunk // 10 for chunk in order[:23]} >= set(range(6))


def test_nothing_is_cut_into_nothing() -> None:
    with pytest.raises(ValueError, match="at least one token"):
        cut([1, 2], 0)
    assert cut([], 256) == []
