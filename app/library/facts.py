"""What is remembered of a file between two scans, as bytes for a store that knows nothing of it."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import msgspec

from app.core.models.attention import AttentionShape, LayerCache
from app.core.models.model_file import ModelFile
from app.core.words.sentence import Sentence, from_kept, kept

if TYPE_CHECKING:
    from app.base.files import Stamp

# Raise it when the same header comes to mean something else.
_MEANING = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """Either the facts of a sound file, or the sentence that says what is wrong with it."""

    model: ModelFile | None
    broken: Sentence | None


def stamp_of(files: Iterable[Stamp]) -> str:
    """Return a text that changes when one of the files does, or what is made of a header."""
    # In ASCII: a name may be no valid text.
    parts = [f"{file.path.name!a}:{file.size_bytes}:{file.mtime_ns}" for file in files]
    return "|".join([_SCHEMA, *parts])


def to_bytes(facts: Facts) -> bytes | None:
    """Return facts as bytes, or None where they hold what is no text or beyond 64 bits."""
    try:
        plain = None if facts.model is None else _STORED(**_shallow(facts.model))
        return _encoder.encode((plain, None if facts.broken is None else kept(facts.broken)))
    except (UnicodeEncodeError, OverflowError, msgspec.ValidationError):
        return None


def from_bytes(data: bytes) -> Facts | None:
    """Return the facts, or None where the bytes are none of this version's."""
    try:
        stored, broken = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None
    if stored is None:
        return Facts(None, from_kept(broken)) if broken else None
    return Facts(ModelFile(**{name: getattr(stored, name) for name in _NAMES}), None)


def _shallow(model: ModelFile) -> dict[str, Any]:
    return {name: getattr(model, name) for name in _NAMES}


def _encode_path(value: object) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)  # a name may be no valid text
    raise NotImplementedError(type(value).__name__)


def _decode_path(kind: type, value: Any) -> Any:  # noqa: ANN401 - msgspec's own signature
    if kind is Path and isinstance(value, bytes):
        return Path(os.fsdecode(value))
    raise NotImplementedError(kind.__name__)


_NAMES = tuple(field.name for field in fields(ModelFile))
# The class imports Path for type checkers alone.
_TYPES = get_type_hints(ModelFile, localns={"Path": Path})
_STORED = msgspec.defstruct(
    "_STORED", [(name, _TYPES[name]) for name in _NAMES], array_like=True, frozen=True
)
_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_path)
_decoder: msgspec.msgpack.Decoder[tuple[Any, str | None]] = msgspec.msgpack.Decoder(
    cast("Any", tuple[_STORED | None, str | None]), dec_hook=_decode_path
)
_SHAPE = [(name, str(_TYPES[name])) for name in _NAMES] + [
    (field.name, str(field.type)) for kind in (AttentionShape, LayerCache) for field in fields(kind)
]
_SCHEMA = f"{zlib.crc32(repr((_MEANING, _SHAPE)).encode()):08x}"
