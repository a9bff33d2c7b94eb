"""Files of adapters as llama.cpp is given them: without numbers that are none, in fast rows."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from app.core.errors import PersonError
from app.core.gguf import GgufHeader, GgufType, TensorInfo, parse_header
from app.core.models.adapter_form import Half, in_blocks
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.llama.blocks import decoder, to_blocks
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIGNMENT = 32


@contextlib.contextmanager
def as_loaded(path: str, *, quantized: bool) -> Generator[str]:
    """An adapter's file, or what takes its place while it is loaded.

    Args:
        path: The file.
        quantized: The model that it is for is.

    Raises:
        EngineError: One of its numbers is none: every answer would be.
    """
    content = _content(path)
    if content is None:
        yield path  # llama.cpp says what is wrong with it
        return
    view, header = content
    halves = in_blocks(header) if quantized else []
    if not halves:
        for tensor in header.tensors:
            _numbers(view, header, tensor, path)
        yield path
        return
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # no room: as it is it works too, only slower
            folder = stack.enter_context(TemporaryDirectory(prefix="shrinkscope-adapter-"))
            target = Path(folder) / "adapter.gguf"
            _write(target, header, halves, (_stored(view, header, h, path) for h in halves))
            path = str(target)
        yield path


def _content(path: str) -> tuple[NDArray[np.uint8], GgufHeader] | None:
    """The whole file, mapped; None where it is not whole, or no GGUF file."""
    try:
        view = np.memmap(path, np.uint8, "r")
        header = parse_header(view.data)
    except (PersonError, OSError, ValueError):
        return None
    return (view, header) if header.end_bytes <= view.size else None


def _numbers(
    view: NDArray[np.uint8], header: GgufHeader, tensor: TensorInfo, path: str
) -> NDArray[np.float32]:
    begin = header.data_offset + tensor.offset
    values = np.empty(tensor.n_elements, np.float32)
    decoder(tensor.type_id)(view[begin : begin + tensor.n_bytes], values)
    if not np.isfinite(values).all():
        name = file_name(path)
        raise EngineError(FailureKind.LOAD, say("adapters.no_numbers", name=name))
    return values.reshape(tensor.dimensions[::-1])


def _stored(view: NDArray[np.uint8], header: GgufHeader, half: Half, path: str) -> bytes:
    values = _numbers(view, header, half.tensor, path)
    more = [(0, after - before) for after, before in zip(
        half.dimensions[::-1], values.shape, strict=True
    )]  # fmt: skip
    rows = np.pad(values * np.float32(half.factor), more).reshape(-1, half.dimensions[0])
    return to_blocks(rows, half.type_id)


def _write(
    target: Path, header: GgufHeader, halves: Sequence[Half], contents: Iterator[bytes]
) -> None:
    """Write the halves, one after the other; alpha is in them and not said any more."""
    keys = {
        "general.type": "adapter",
        "general.architecture": header.text("general.architecture") or "",
        "adapter.type": header.text("adapter.type") or "",
    }
    start = b"GGUF" + struct.pack("<IQQ", 3, len(halves), len(keys))
    for key, value in keys.items():
        start += _text(key) + struct.pack("<I", GgufType.STRING) + _text(value)
    place = 0
    for half in halves:
        shape = half.dimensions
        start += _text(half.tensor.name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
        start += struct.pack("<IQ", half.type_id, place)
        place += _padded(half.n_bytes)
    with target.open("wb") as file:
        file.write(start.ljust(_padded(len(start)), b"\0"))
        for content in contents:
            file.write(content.ljust(_padded(len(content)), b"\0"))


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "replace")
    return struct.pack("<Q", len(raw)) + raw
