"""Reading and checking headers.

Tests app.core.models.gguf_reader.
"""

from __future__ import annotations

import math
import struct
import tracemalloc
from typing import TYPE_CHECKING, Any

import gguf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gguf import (
    ArraySummary,
    GgufError,
    GgufType,
    NeedMoreBytes,
    parse_header,
)
from app.core.models.gguf_reader import MAX_HEADER_BYTES
from tests.helpers.gguf_container import (
    F16,
    F32,
    Tensor,
    Typed,
    container,
    entry,
    file_bytes,
    header,
    padded,
    tensor_info,
    text,
)
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.gguf import GgufHeader

SOUND = header(
    {
        "general.architecture": "llama",
        "general.name": "Größe ✓",
        "flag": True,
        "small": Typed(GgufType.INT8, -3),
        "rate": Typed(GgufType.FLOAT64, 0.25),
        "big": Typed(GgufType.UINT64, 2**63),
        "heads": Typed(GgufType.INT32, [4, 4, 0], array=True),
        "tags": ["a", "b"],
        "none": Typed(GgufType.STRING, [], array=True),
        "tokenizer.ggml.tokens": [f"token{index}" for index in range(500)],
        "scores": [float(index) for index in range(2_000)],
    },
    [
        Tensor("token_embd.weight", (256, 5), 12),
        Tensor("norm.weight", (7,), F32),
        Tensor("odd.weight", (3, 5, 2), F16),
        Tensor("empty.weight", (256, 0), 12),
    ],
)


def numbers(value_type: GgufType) -> st.SearchStrategy[Any]:
    if value_type is GgufType.BOOL:
        return st.booleans()
    if value_type is GgufType.FLOAT32:
        return st.floats(width=32)
    if value_type is GgufType.FLOAT64:
        return st.floats()
    bits = int("".join(filter(str.isdigit, value_type.name)))
    low, high = (0, 2**bits - 1) if value_type.name[0] == "U" else (-(2 ** (bits - 1)), 0)
    return st.integers(low, high)


@st.composite
def typed_values(draw: st.DrawFn) -> Typed:
    value_type = draw(st.sampled_from([kind for kind in GgufType if kind is not GgufType.ARRAY]))
    one = st.text(max_size=30) if value_type is GgufType.STRING else numbers(value_type)
    array = draw(st.booleans())
    return Typed(value_type, draw(st.lists(one, max_size=80)) if array else draw(one), array)


@st.composite
def tensor_lists(draw: st.DrawFn) -> list[Tensor]:
    names = draw(st.lists(st.text("abc.", max_size=20), max_size=5, unique=True))
    return [
        Tensor(
            name,
            tuple(draw(st.lists(st.integers(0, 40), min_size=1, max_size=4))),
            draw(st.sampled_from([F32, F16, 30])),
        )
        for name in names
    ]


def same(read: Any, written: Typed) -> bool:
    """Whether a value came back: kept as it was, or summarised."""
    if isinstance(read, ArraySummary):
        return read.element_type is written.type and read.count == len(written.value)
    if written.array:
        return len(read) == len(written.value) and all(map(equal, read, written.value))
    return equal(read, written.value)


def equal(read: Any, written: Any) -> bool:
    if isinstance(written, float):
        return (math.isnan(read) and math.isnan(written)) or read == written
    return type(read) is type(written) and read == written


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20).filter(lambda key: key != "general.alignment"),
        typed_values(),
        max_size=6,
    ),
    tensor_lists(),
    st.sampled_from([2, 3]),
    st.sampled_from([1, 8, 32, 64, 4096]),
)
def test_what_was_written_is_what_is_read(
    metadata: dict[str, Typed], tensors: list[Tensor], version: int, alignment: int
) -> None:
    written = {"general.alignment": alignment, **metadata}
    found = parse_header(header(written, tensors, version=version, alignment=alignment))
    assert found.version == version
    assert list(found.metadata) == list(written)
    assert all(same(found.metadata[key], value) for key, value in metadata.items())
    assert [(entry.name, entry.dimensions, entry.type_id) for entry in found.tensors] == [
        (tensor.name, tensor.dimensions, tensor.type_id) for tensor in tensors
    ]
    assert [entry.n_bytes for entry in found.tensors] == [tensor.n_bytes for tensor in tensors]
    if tensors:
        assert found.data_offset == padded(found.header_bytes, alignment)
        assert found.end_bytes <= len(
            file_bytes(written, tensors, version=version, alignment=alignment)
        )


def test_facts_of_a_sound_header() -> None:
    found = parse_header(SOUND)
    assert found.text("general.name") == "Größe ✓"
    assert found.metadata["flag"] is True
    assert found.integer("small") == -3
    assert found.integer("flag") is None
    assert found.integer("general.name") is None
    assert found.text("small") is None
    assert found.counts("heads") == (4, 4, 0)
    assert found.counts("tags") is None
    assert found.counts("rate") is None
    assert found.metadata["none"] == ()
    tokens = found.metadata["tokenizer.ggml.tokens"]
    assert isinstance(tokens, ArraySummary)
    assert (tokens.element_type, tokens.count) == (GgufType.STRING, 500)
    assert SOUND[tokens.offset :].startswith(text("token0"))
    assert found.length("tokenizer.ggml.tokens") == 500
    assert found.length("tags") == 2
    assert found.length("flag") is None
    assert isinstance(found.metadata["scores"], ArraySummary)
    assert [tensor.n_bytes for tensor in found.tensors] == [5 * 144, 28, 60, 0]
    assert found.tensors[2].n_elements == 30


def test_the_parser_agrees_with_the_gguf_package(tmp_path: Path) -> None:
    path = write_tiny_llama(tmp_path / "tiny.gguf", n_tokens=300)
    found = parse_header(path.read_bytes())
    reference = gguf.GGUFReader(path)
    assert [tensor.name for tensor in found.tensors] == [t.name for t in reference.tensors]
    for tensor, other in zip(found.tensors, reference.tensors, strict=True):
        assert tensor.dimensions == tuple(int(size) for size in other.shape)
        assert found.data_offset + tensor.offset == other.data_offset
        assert tensor.n_bytes == other.n_bytes
    for key, value in found.metadata.items():
        field = reference.fields[key]
        if isinstance(value, ArraySummary):
            assert value.count == len(field.data)
        else:
            assert value == pytest.approx(field.contents()) or list(value) == field.contents()  # type: ignore[arg-type]


def test_a_header_written_by_the_gguf_package(tmp_path: Path) -> None:
    path = tmp_path / "written.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(3)
    writer.add_head_count_kv([2, 0, 2])
    writer.add_token_list(["a", "b"])
    writer.add_custom_alignment(64)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = parse_header(path.read_bytes())
    assert found.text("general.architecture") == "llama"
    assert found.counts("llama.attention.head_count_kv") == (2, 0, 2)
    assert found.metadata["tokenizer.ggml.tokens"] == ("a", "b")


def attempt(data: bytes) -> GgufHeader | GgufError | NeedMoreBytes:
    """What the parser makes of these bytes; any other exception is a failure."""
    try:
        return parse_header(data)
    except (GgufError, NeedMoreBytes) as outcome:
        return outcome


def is_in_order(outcome: GgufHeader | GgufError | NeedMoreBytes, data: bytes) -> bool:
    """Whether an error has a sentence, and a request asks for more within the bounds."""
    if isinstance(outcome, GgufError):
        return outcome.sentence.endswith(".") and len(outcome.sentence) < 400
    if isinstance(outcome, NeedMoreBytes):
        return len(data) < outcome.at_least <= MAX_HEADER_BYTES
    return True


def read_in_steps(data: bytes) -> tuple[GgufHeader, int]:
    """Give the parser no more than it asks for; return the facts and how often it asked."""
    have, asked = 0, 0
    while isinstance(outcome := attempt(data[:have]), NeedMoreBytes):
        assert have < outcome.at_least <= len(data)
        have, asked = outcome.at_least, asked + 1
    assert not isinstance(outcome, GgufError)
    return outcome, asked


def test_asking_for_more_leads_to_the_same_facts() -> None:
    found, asked = read_in_steps(SOUND)
    assert found == parse_header(SOUND)
    assert asked > 10


def test_a_cut_header_asks_for_more_wherever_it_is_cut() -> None:
    end = parse_header(SOUND).header_bytes
    for length in [*range(600), *range(600, end, 97)]:
        with pytest.raises(NeedMoreBytes) as caught:
            parse_header(SOUND[:length])
        assert length < caught.value.at_least <= end
    assert parse_header(SOUND[:end]) == parse_header(SOUND)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_kind_of_buffer(kind: type) -> None:
    assert parse_header(kind(SOUND)) == parse_header(SOUND)


@given(
    st.lists(
        st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=8
    ),
    st.integers(0, len(SOUND)),
)
def test_damaged_bytes_give_facts_or_a_sentence(
    changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(SOUND)
    for position, value in changes:
        damaged[position] = value
    for data in (bytes(damaged), bytes(damaged[:length])):
        assert is_in_order(attempt(data), data)


@given(st.binary(max_size=200))
def test_garbage_behind_the_magic(garbage: bytes) -> None:
    for data in (garbage, container(1, 1, garbage), container(0, 3, garbage)):
        assert is_in_order(attempt(data), data)


HUGE = 2**60


def typed(type_id: int, key: str, value: object) -> bytes:
    """A header with one entry and one tensor of a type."""
    return container(1, 1, entry(key, value) + tensor_info("t", (32,), type_id, 0))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GGUX" + b"\0" * 40, "not a GGUF"),
        (b"ggml" + b"\0" * 40, "old GGML format"),
        (b"PK\x03\x04" + b"\0" * 40, "PyTorch"),
        (b"\x80\x12\0\0\0\0\0\0" + b'{"__metadata__"', "safetensors"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\n <!DOCTYPE html><html>", "web page"),
        (b'{"error":"Repository not found"}', "is a text"),
        (b"Access to model x is restricted.", "is a text"),
        (b"\x7fELF" + b"\0" * 40, "llamafile"),
        (b"\0" * 64, "never finished"),
        (container(0, 0, version=1), "version 1"),
        (container(0, 0, version=4), "newer"),
        (container(0, 0, version=0), "impossible"),
        (container(0, 0, version=77_777), "impossible"),
        (container(0, 0, version=0x03000000), "big-endian"),
        (container(HUGE, 0), "tensors"),
        (container(0, HUGE), "metadata entries"),
        (container(0, 1, struct.pack("<Q", HUGE)), "name of its metadata entry 0"),
        (container(0, 1, entry("", 1)), "has no name"),
        (container(0, 2, entry("twin", 1), entry("twin", 2)), "“twin” is there twice"),
        (container(0, 1, text("k") + struct.pack("<I", 13)), "unknown type 13"),
        (container(0, 1, text("k") + struct.pack("<II", 9, 9)), "array of arrays"),
        (container(0, 1, text("k") + struct.pack("<II", 9, 77)), "unknown type 77"),
        (container(0, 1, text("k") + struct.pack("<IIQ", 9, 8, HUGE)), "texts"),
        (container(0, 1, text("k") + struct.pack("<IIQ", 9, 4, HUGE)), "impossible size"),
        (container(0, 1, text("k") + struct.pack("<IIQQ", 9, 8, 2, HUGE)), "impossible size"),
        (container(0, 1, text("k") + struct.pack("<IQ", 8, HUGE)), "impossible size"),
        (header({"general.alignment": 24}), "alignment"),
        (header({"general.alignment": 0}), "alignment"),
        (header({"general.alignment": "32"}), "alignment"),
        (container(1, 0, text("x" * 1_025)), "name of its tensor 0"),
        (header({"general.alignment": Typed(GgufType.UINT64, 32)}), "alignment"),
        (header({"general.alignment": Typed(GgufType.UINT64, 2**40)}), "alignment"),
        (container(1, 0, text("t") + struct.pack("<I", 5)), "5 dimensions"),
        (container(1, 0, tensor_info("t", (2**40, 2**40), 0, 0)), "impossible size"),
        (container(1, 0, tensor_info("t", (2**63, 0), 0, 0)), "impossible size"),
        (container(1, 0, tensor_info("t", (2**61,), 0, 0)), "impossible size"),
        (container(1, 0, tensor_info("t", (32,), 31, 0)), "Q4_0_4_4"),
        (container(1, 0, tensor_info("t", (32,), 43, 0)), "type 43"),
        (container(1, 0, tensor_info("t", (32,), 36, 0)), "I2_S of Microsoft"),
        (typed(36, "general.file_type", 25), "IQ4_NL_4_4"),
        (typed(39, "general.architecture", "bitnet-b1.58"), "TL2 of Microsoft"),
        (container(1, 0, tensor_info("t", (32,), 4, 0)), "Q4_2, which llama.cpp no longer"),
        (typed(4, "general.architecture", "gptoss"), "Ollama’s own"),
        (container(1, 0, tensor_info("t", (32,), 146, 0)), "IQ4_KSS of ik_llama.cpp"),
        (container(1, 0, tensor_info("t", (32,), 339, 0)), "339 of ik_llama.cpp"),
        (container(1, 0, tensor_info("t", (32,), 200, 0)), "type 200, which this program"),
        (container(1, 0, tensor_info("t", (255,), 12, 0)), "whole blocks"),
        (container(1, 0, tensor_info("t", (), 12, 0)), "whole blocks"),
        (container(1, 0, tensor_info("t", (8,), 0, 16)), "not where it should be"),
        (
            container(2, 0, tensor_info("t", (8,), 0, 0), tensor_info("t", (8,), 0, 32)),
            "“t” is there twice",
        ),
        (container(0, 1, text("\n" * 500) + struct.pack("<I", 99)), "…"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(data: bytes, words: str) -> None:
    with pytest.raises(GgufError) as caught:
        parse_header(data)
    assert words in caught.value.sentence
    assert caught.value.sentence.endswith(".")
    assert caught.value.sentence.isprintable()


def test_invalid_utf8_is_shown_and_kept_apart() -> None:
    data = container(
        0, 3, entry(b"k\xff", Typed(GgufType.STRING, b"\xffv")), entry(b"k\xfe", 1), entry(b"k", 2)
    )
    found = parse_header(data)
    assert list(found.metadata) == ["k\\xff", "k\\xfe", "k"]
    assert found.text("k\\xff") == "\ufffdv"


def test_long_texts_are_summarised() -> None:
    found = parse_header(header({"long": "x" * 2_000_000, "next": 1}))
    value = found.metadata["long"]
    assert isinstance(value, ArraySummary)
    assert (value.element_type, value.count) == (GgufType.UINT8, 2_000_000)
    assert found.integer("next") == 1


def test_many_kept_values_stay_within_the_budget() -> None:
    data = header({f"text{index}": "x" * 1_000_000 for index in range(60)})
    tracemalloc.start()
    found = parse_header(data)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 24_000_000
    assert sum(isinstance(value, str) for value in found.metadata.values()) == 16


def test_names_stay_within_the_budget() -> None:
    data = header({f"{index:05d}" + "x" * 60_000: 1 for index in range(300)})
    with pytest.raises(GgufError, match="names"):
        parse_header(data)


def test_a_large_vocabulary_costs_little_memory() -> None:
    words = [f"token number {index}" for index in range(150_000)]
    data = header({"tokenizer.ggml.tokens": words, "tokenizer.ggml.merges": words})
    del words
    tracemalloc.start()
    found = parse_header(data)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.length("tokenizer.ggml.merges") == 150_000
    assert peak_bytes < 100_000
