"""Names of models: shards of a set, and what is left of a name without its technical parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.models.levels import LEVELS

_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.DOTALL)

# Names that converters put in when they know nothing better.
_EMPTY_NAMES = frozenset(
    {"", "checkpoint", "ggml", "ggml-model", "gguf", "hf", "llama", "merged", "model", "models",
     "none", "output", "safetensors", "snapshot", "snapshots", "temp", "tmp", "unknown", "untitled"}
)  # fmt: skip
_HASH = re.compile(r"[0-9a-f]{12,64}")
_NOT_WORDS = re.compile(r"[^a-z0-9.]+")
_LEVEL_NAMES = "|".join(level.name.lower() for level in LEVELS) + r"|q\d_k"
_OTHER_TECHNICAL = (
    r"q\d_k_[a-z]{1,2}|q4_0_\d_\d|iq4_nl_\d_\d|(?:smol-)?iq\d_k[a-z]{0,2}|\d+(?:\.\d+)?bpw"
    r"|mxfp4(?:_moe)?(?:_b?f16)?|fp16|fp32|gguf|i2_s|i\d|imat(?:rix)?|q\dq\d|q\d(?!_)"
    r"|apex-(?:i-)?(?:quality|balanced|compact|mini|nano)"
)
_TECHNICAL = re.compile(
    rf"(?:^|[-_. ])(?:ud[-_]|\d\d)?(?:{_OTHER_TECHNICAL}|{_LEVEL_NAMES})(?=$|[-_. ])"
)
_LEVEL_WORD = re.compile(r"(?:^|[_.])(?:I?Q\d|B?F\d|FP\d|\d+(?:\.\d+)?BPW)")


@dataclass(frozen=True, slots=True)
class ShardName:
    """A file name of the form ``stem-00002-of-00005.gguf``; numbers start at 1."""

    stem: str
    number: int
    count: int

    def sibling(self, number: int) -> str:
        """Return the file name of another shard of the set."""
        return f"{self.stem}-{number:05d}-of-{self.count:05d}.gguf"

    def all_names(self) -> tuple[str, ...]:
        """Return the file names of the whole set in order."""
        return tuple(self.sibling(number) for number in range(1, self.count + 1))


def parse_shard_name(file_name: str) -> ShardName | None:
    """Return the parts of a shard's file name, or None for any other name."""
    match = _SHARD.fullmatch(file_name)
    if match is None:
        return None
    number, count = int(match["number"]), int(match["count"])
    return ShardName(match["stem"], number, count) if 1 <= number <= count else None


def model_stem(file_name: str) -> str:
    """Return a file name without its shard number and its ``.gguf``."""
    shard = parse_shard_name(file_name)
    if shard is not None:
        return shard.stem
    return file_name[:-5] if file_name.lower().endswith(".gguf") else file_name


def ends_with_level(file_name: str, words: str) -> bool:
    """Tell whether a file's name ends with what somebody calls its level.

    Publishers have names of their own: ``q4``, ``i1-Q4_K_M``. A part of a level's name, such as
    ``K_M``, is none.
    """
    own, end = (
        re.sub(r"[-\s]", "_", model_stem(name).upper())
        for name in (file_name.rpartition("/")[2], words.strip())
    )
    if not _LEVEL_WORD.search(end):
        return False
    return own == end or own.endswith((f"_{end}", f".{end}"))


def is_telling_name(name: str) -> bool:
    """Tell whether a name says something: not ``model``, not a hash."""
    plain = name.strip().lower().strip(".-_ ")
    return plain not in _EMPTY_NAMES and not _HASH.fullmatch(plain)


def family_of(name: str) -> str:
    """Return what is the same in the names of the files that come from one original model."""
    lowered = name.lower().rpartition("/")[2]
    words = _NOT_WORDS.sub("-", _TECHNICAL.sub("", lowered)).strip("-.").removeprefix("meta-")
    return words or _NOT_WORDS.sub("-", lowered).strip("-.")
