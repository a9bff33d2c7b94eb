"""Messages survive the channel; garbage is refused and nothing else happens.

Tests app.engine.protocol.loading and app.engine.protocol.scoring.
"""

from __future__ import annotations

from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.text.clean import whole_text
from app.core.words.sentence import Sentence, say, verbatim
from app.engine.protocol.answering import Generate, Text
from app.engine.protocol.codec import CodecError, decode_command, decode_event, encode, event_lines
from app.engine.protocol.loading import LoadProgress
from app.engine.protocol.messages import MAX_LINE_BYTES, Command, Event
from app.engine.protocol.reading import ChatRendered
from app.engine.protocol.running import Failed, FailureKind

# JSON has no lone surrogates; texts that leave an engine were decoded from UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
counts = st.integers(0, 2**53)
fractions = st.floats(0, 1)


def built(kind: Any) -> st.SearchStrategy[Any]:
    """Anything of a type, messages of the protocol by the types of all their fields."""
    if get_origin(kind) is tuple:
        first, *rest = get_args(kind)
        if rest == [Ellipsis]:
            return st.lists(built(first), max_size=3).map(tuple)
        return st.tuples(built(first), *map(built, rest))
    if get_origin(kind) is dict:
        return st.dictionaries(*map(built, get_args(kind)), max_size=3)
    if get_origin(kind) is list:
        return st.lists(built(*get_args(kind)), max_size=3)
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(*map(built, get_args(kind)))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in KINDS:
        hints = get_type_hints(kind)
        return st.builds(kind, **{name: built(hints[name]) for name in kind.__struct_fields__})
    return KINDS[kind] if kind in KINDS else st.from_type(kind)


# Of sentences only those that can be said come through.
sentences = st.builds(verbatim, texts) | st.builds(
    lambda name, tokens: say(
        "hub.download_does_not_go_already",
        reason=say("hub.repository_holds_only_shards", count=tokens, shards=3, name=name),
    ),
    texts,
    counts,
)
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    str: texts, int: counts, float: fractions, Sentence: sentences,
}  # fmt: skip


@pytest.mark.parametrize("kind", get_args(Command))
@given(data=st.data())
def test_every_command_comes_through_as_one_line(kind: type[Command], data: st.DataObject) -> None:
    command = data.draw(built(kind))
    line = encode(command)
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


@pytest.mark.parametrize("kind", get_args(Event))
@given(data=st.data())
def test_every_event_comes_through_as_one_line(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(built(kind))
    line = encode(event)
    assert line.count(b"\n") == 1
    assert decode_event(line) == event


@given(st.binary(max_size=300))
def test_garbage_is_refused(line: bytes) -> None:
    for decode in (decode_command, decode_event):
        try:
            decode(line)
        except CodecError:
            continue
        pytest.fail(f"{line!r} passed for a message")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(texts, json_values, max_size=4), st.sampled_from(["text", "loaded", "x"]))
def test_json_that_is_no_message_is_refused(fields: dict[str, Any], tag: str) -> None:
    line = msgspec.json.encode({**fields, "type": tag})
    with pytest.raises(CodecError):
        decode_event(line)


def test_a_deeply_nested_line_is_refused() -> None:
    with pytest.raises(CodecError):
        decode_event(b"[" * 100_000)


def test_lines_have_a_limit_both_ways() -> None:
    long = Text(1, "x" * MAX_LINE_BYTES, "", 1, 0, 0)
    with pytest.raises(CodecError):
        encode(long)
    with pytest.raises(CodecError):
        decode_event(msgspec.json.encode(long))


def test_unknown_fields_of_a_newer_engine_are_ignored() -> None:
    event = decode_event(b'{"type":"load_progress","id":1,"fraction":0.5,"later":"addition"}')
    assert event == LoadProgress(1, 0.5)


@given(st.text(max_size=50), st.text(max_size=50))
def test_halves_of_characters_are_replaced_both_ways(sentence: str, detail: str) -> None:
    """A template, a file's name or a clipboard may hold what is no character."""
    failed = Failed(1, FailureKind.TEMPLATE, verbatim(f"a\ud800{sentence}"), detail)
    told = decode_event(encode(failed))
    said = verbatim(f"a\ufffd{whole_text(sentence)}")
    assert told == Failed(1, failed.kind, said, whole_text(detail))
    asked = Generate(1, [Message(Role.USER, f"\udfff{sentence}")], SamplingSettings())
    sent = decode_command(encode(asked))
    assert isinstance(sent, Generate)
    assert sent.messages[0].content == f"\ufffd{whole_text(sentence)}"


@pytest.mark.parametrize("character", ["a", "\x01", "\ud800", "\N{GRINNING FACE}"])
def test_every_event_fits_into_messages_however_long_its_texts_are(character: str) -> None:
    long = character * 3_000_000
    (line,) = event_lines(Failed(7, FailureKind.TEMPLATE, verbatim(long), long))
    failed = decode_event(line)
    assert isinstance(failed, Failed)
    assert (failed.id, failed.kind, failed.sentence[-1]) == (7, FailureKind.TEMPLATE, "…")
    (line,) = event_lines(ChatRendered(8, long, []))
    told = decode_event(line)
    assert isinstance(told, Failed)
    assert (told.id, told.kind) == (8, FailureKind.PROTOCOL)


@pytest.mark.parametrize(
    "said",
    [
        b'{"type":"Sentence","id":"of.tomorrow","facts":{}}',
        b'{"type":"Sentence","id":"engine.file_no_longer","facts":{}}',
    ],
)
def test_a_sentence_that_cannot_be_said_is_no_message(said: bytes) -> None:
    with pytest.raises(CodecError):
        decode_event(b'{"type":"failed","id":1,"kind":"load","said":' + said + b"}")


def test_a_long_text_comes_through_in_several_events() -> None:
    texts = [
        decode_event(line)
        for line in event_lines(Text(1, "a" * 400_000, "t\x01" * 200_000, 5, 2, 9))
    ]
    found = [event for event in texts if isinstance(event, Text)]
    assert len(found) == len(texts) > 2
    assert "".join(text.answer for text in found) == "a" * 400_000
    assert "".join(text.thinking for text in found) == "t\x01" * 200_000
    assert {(text.tokens, text.thinking_tokens, text.elapsed_ns) for text in found} == {(5, 2, 9)}
