"""Messages survive the channel; garbage is refused and nothing else happens."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import AnswerFigures, Message, Role, StopReason
from app.core.settings import FlashAttention, KvType, SamplingSettings
from app.core.text import whole_text
from app.engine import messages as m
from app.engine.codec import CodecError, decode_command, decode_event, encode, event_lines

# JSON has no lone surrogates; texts that leave an engine were decoded from UTF-8.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
counts = st.integers(0, 2**53)
fractions = st.floats(0, 1)

chat_messages = st.builds(Message, role=st.sampled_from(Role), content=texts)
sampling = st.builds(
    SamplingSettings,
    temperature=fractions,
    top_k=counts,
    top_p=fractions,
    min_p=fractions,
    repeat_penalty=fractions,
    seed=st.none() | counts,
    max_tokens=counts,
    thinking=st.none() | st.booleans(),
    thinking_limit_tokens=st.none() | counts,
)
memory = st.builds(m.EngineMemory, st.none() | counts, st.none() | counts, st.none() | counts)
figures = st.builds(
    AnswerFigures,
    prompt_tokens=counts,
    reused_tokens=counts,
    prompt_ns=counts,
    first_token_ns=st.none() | counts,
    generated_tokens=counts,
    thinking_tokens=counts,
    generation_ns=counts,
    shared=st.booleans(),
    memory_needed_bytes=st.none() | counts,
)
devices = st.builds(m.Device, texts, texts, texts, counts, counts)
planned_devices = st.builds(
    m.PlannedDevice, texts, texts, counts, counts, st.lists(counts, max_size=4)
)
device_memory = st.builds(m.DeviceMemory, texts, texts, counts, counts, counts)

commands = st.one_of(
    st.builds(
        m.Load,
        counts,
        texts,
        counts,
        counts,
        gpu_layers=st.integers(-1, 200),
        kv_type=st.sampled_from(KvType),
        flash_attention=st.sampled_from(FlashAttention),
        memory_limit_bytes=st.none() | counts,
    ),
    st.builds(m.Generate, counts, st.lists(chat_messages, max_size=4), sampling),
    st.builds(m.Stop, counts),
    st.builds(m.SetThreads, counts, counts),
    st.builds(m.Bench, counts, counts, counts, counts, counts, st.booleans()),
    st.builds(m.Quantize, counts, texts, texts, counts, counts),
    st.builds(m.MeasureKernels, counts, st.lists(counts, max_size=4), counts, counts),
    st.builds(
        m.Predict,
        counts,
        texts,
        counts,
        counts,
        gpu_layers=st.integers(-1, 200),
        kv_type=st.sampled_from(KvType),
        flash_attention=st.sampled_from(FlashAttention),
    ),
)
events = st.one_of(
    st.builds(m.Hello, counts, counts, texts, texts, st.lists(devices, max_size=3)),
    st.builds(m.LoadProgress, counts, fractions),
    st.builds(
        m.Loaded,
        *[counts] * 6,
        st.booleans(),
        st.builds(m.Thinking, st.booleans(), st.booleans()),
        *[counts] * 5,
        st.lists(device_memory, max_size=3),
        memory,
    ),
    st.builds(m.Rendered, counts, counts, counts, texts),
    st.builds(m.PromptProgress, counts, counts, counts),
    st.builds(m.Text, counts, texts, texts, counts, counts, counts),
    st.builds(m.Finished, counts, st.sampled_from(StopReason), figures, memory),
    st.builds(m.ThreadsSet, counts, counts),
    st.builds(m.BenchSample, counts, fractions, counts),
    st.builds(m.QuantizeProgress, counts, counts, counts),
    st.builds(m.Quantized, counts, counts),
    st.builds(
        m.KernelsMeasured,
        counts,
        st.lists(st.builds(m.KernelRate, counts, fractions), max_size=3),
        fractions,
    ),
    st.builds(m.Predicted, *[counts] * 7, st.lists(planned_devices, max_size=3), counts),
    st.builds(m.Failed, counts, st.sampled_from(m.FailureKind), texts, texts, st.none() | counts),
)


@given(commands)
def test_every_command_comes_through_as_one_line(command: m.Command) -> None:
    line = encode(command)
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


@given(events)
def test_every_event_comes_through_as_one_line(event: m.Event) -> None:
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
    long = m.Text(1, "x" * m.MAX_LINE_BYTES, "", 1, 0, 0)
    with pytest.raises(CodecError):
        encode(long)
    with pytest.raises(CodecError):
        decode_event(msgspec.json.encode(long))


def test_unknown_fields_of_a_newer_engine_are_ignored() -> None:
    event = decode_event(b'{"type":"load_progress","id":1,"fraction":0.5,"later":"addition"}')
    assert event == m.LoadProgress(1, 0.5)


@given(st.text(max_size=50), st.text(max_size=50))
def test_halves_of_characters_are_replaced_both_ways(sentence: str, detail: str) -> None:
    """A template, a file's name or a clipboard may hold what is no character."""
    failed = m.Failed(1, m.FailureKind.TEMPLATE, f"a\ud800{sentence}", detail)
    told = decode_event(encode(failed))
    assert told == m.Failed(1, failed.kind, f"a\ufffd{whole_text(sentence)}", whole_text(detail))
    asked = m.Generate(1, [Message(Role.USER, f"\udfff{sentence}")], SamplingSettings())
    sent = decode_command(encode(asked))
    assert isinstance(sent, m.Generate)
    assert sent.messages[0].content == f"\ufffd{whole_text(sentence)}"


@pytest.mark.parametrize("character", ["a", "\x01", "\ud800", "\N{GRINNING FACE}"])
def test_every_event_fits_into_messages_however_long_its_texts_are(character: str) -> None:
    long = character * 3_000_000
    (line,) = event_lines(m.Failed(7, m.FailureKind.TEMPLATE, long, long))
    failed = decode_event(line)
    assert isinstance(failed, m.Failed)
    assert (failed.id, failed.kind, failed.sentence[-1]) == (7, m.FailureKind.TEMPLATE, "…")
    (line,) = event_lines(m.ChatRendered(8, long, []))
    told = decode_event(line)
    assert isinstance(told, m.Failed)
    assert (told.id, told.kind) == (8, m.FailureKind.PROTOCOL)


def test_a_long_text_comes_through_in_several_events() -> None:
    texts = [
        decode_event(line)
        for line in event_lines(m.Text(1, "a" * 400_000, "t\x01" * 200_000, 5, 2, 9))
    ]
    found = [event for event in texts if isinstance(event, m.Text)]
    assert len(found) == len(texts) > 2
    assert "".join(text.answer for text in found) == "a" * 400_000
    assert "".join(text.thinking for text in found) == "t\x01" * 200_000
    assert {(text.tokens, text.thinking_tokens, text.elapsed_ns) for text in found} == {(5, 2, 9)}
