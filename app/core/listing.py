"""The model files of a repository: shards as one, levels and kinds read from names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.labels import label_rank, level_in_name
from app.core.model_names import parse_shard_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_PROJECTOR = re.compile(r"(?:^|[-_. /])mmproj(?:$|[-_. /])", re.IGNORECASE)
_IMPORTANCE = re.compile(r"(?:^|[-_. /])imatrix(?:$|[-_. /])", re.IGNORECASE)
# By their place they are for speculative decoding; by a word alone, they may be whole models.
_DRAFTER = r"(?:mtp|draft|drafter|assistant|eagle3|dflash)"
_DRAFTER_PLACE = re.compile(rf"(?:^|/){_DRAFTER}[-_./]", re.IGNORECASE)
_DRAFTER_WORD = re.compile(rf"[-_. ]{_DRAFTER}(?=$|[-_. /])", re.IGNORECASE)
# What “split” and such leave: x.gguf.part1of2, x.gguf-split-a, x.gguf.001, x.gguf.aa.
_CUT = re.compile(
    r"(?P<whole>.+\.gguf)[-._](?:(?:part|split)[-_.]?(?:(?P<number>\d{1,3})"
    r"(?:[-_]?of[-_]?(?P<count>\d{1,3}))?|(?P<letters>[a-z]{1,2}))|(?P<tail>\d{3}|a[a-z]))",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)


class HubFileKind(StrEnum):
    """What a file of a repository is, as far as its name tells."""

    MODEL = "model"
    CUT = "cut by hand"
    DRAFTER = "drafter"
    PROJECTOR = "projector"
    IMPORTANCE_MATRIX = "importance matrix"


@dataclass(frozen=True, slots=True)
class RepoFile:
    """One file of a repository, as the Hub lists it.

    Attributes:
        name: With its folders, separated by ``/``; safe to be joined to a path.
        size_bytes: Its length.
        sha256: In lower-case hex, or None where the Hub does not say it.
    """

    name: str
    size_bytes: int
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A model file of a repository: one file, a whole set of shards or what one was cut into.

    Attributes:
        name: Of the file, of the first shard or of the first piece.
        level: As the name says (``Q4_K_M``, but also ``UD-Q4_K_XL``), or None.
        parts: The file, or the shards that are there, in order.
        shards: How many files the whole model file has.
    """

    name: str
    kind: HubFileKind
    level: str | None
    parts: tuple[RepoFile, ...]
    shards: int = 1

    @property
    def size_bytes(self) -> int:
        """Length of all parts."""
        return sum(part.size_bytes for part in self.parts)

    @property
    def complete(self) -> bool:
        """Whether no shard is missing in the repository."""
        return len(self.parts) == self.shards


def group_files(files: Iterable[RepoFile]) -> list[ListedFile]:
    """Put shards together and recognise kinds; only files that llama.cpp knows are kept.

    Returns:
        Models from the least to the most shrunken, then what is none by itself, kind by kind.
    """
    files = list(files)
    sets: dict[tuple[str, int], dict[int, RepoFile]] = defaultdict(dict)
    single: list[ListedFile] = []
    for file in files:
        kind = _kind(file.name)
        if kind is None:
            continue
        shard = parse_shard_name(file.name)
        if shard is None or kind is not HubFileKind.MODEL:
            single.append(ListedFile(file.name, kind, level_in_name(file.name), (file,)))
        else:
            sets[shard.stem, shard.count][shard.number] = file
    for (_, count), numbered in sets.items():
        parts = tuple(numbered[number] for number in sorted(numbered))
        name = parts[0].name
        single.append(ListedFile(name, HubFileKind.MODEL, level_in_name(name), parts, count))
    return sorted(_without_drafters(single) + _pieces(files), key=_order)


def largest_first(
    files: Iterable[ListedFile], bits: Callable[[ListedFile], float | None]
) -> list[ListedFile]:
    """Order files by their true bits per weight, whatever their names say.

    Models whose bits are not known stand behind the others, as they stood; then what is no model.
    """

    def place(file: ListedFile) -> tuple[bool, bool, float]:
        known = round(bits(file) or 0.0, 2)
        return file.kind is not HubFileKind.MODEL, not known, -known

    return sorted(files, key=place)


def bits_per_weight(tensor_bytes: int, parameters: int | None) -> float | None:
    """Return bits per parameter, or None where the number of parameters is not known."""
    return tensor_bytes * 8 / parameters if parameters else None


def _kind(file_name: str) -> HubFileKind | None:
    lowered = file_name.lower()
    base = lowered.rpartition("/")[2]
    if base.endswith(".imatrix") or (base.endswith(".dat") and "imatrix" in base):
        return HubFileKind.IMPORTANCE_MATRIX
    if not lowered.endswith(".gguf"):
        return None
    stem = base.removesuffix(".gguf")
    if _IMPORTANCE.search(stem) and level_in_name(file_name) is None:
        return HubFileKind.IMPORTANCE_MATRIX
    if stem.endswith("imatrix"):
        return HubFileKind.IMPORTANCE_MATRIX
    return HubFileKind.PROJECTOR if _PROJECTOR.search(stem) else HubFileKind.MODEL


_KINDS = tuple(HubFileKind)


def _order(file: ListedFile) -> tuple[int, int, int, str]:
    return (_KINDS.index(file.kind), label_rank(file.level or ""), -file.size_bytes, file.name)


def _without_drafters(files: list[ListedFile]) -> list[ListedFile]:
    """The same files; what only drafts for a model that is there too is no model."""
    models = [file for file in files if file.kind is HubFileKind.MODEL]
    plain = [
        file
        for file in models
        if not _DRAFTER_PLACE.search(file.name) and not _DRAFTER_WORD.search(file.name)
    ]
    if not plain:
        return files
    return [
        replace(file, kind=HubFileKind.DRAFTER)
        if file.kind is HubFileKind.MODEL and _is_drafter(file, plain)
        else file
        for file in files
    ]


def _is_drafter(file: ListedFile, plain: list[ListedFile]) -> bool:
    if _DRAFTER_PLACE.search(file.name):
        return True
    if not _DRAFTER_WORD.search(file.name):
        return False
    alike = [model for model in plain if model.level == file.level] or plain
    return file.size_bytes * 2 < min(model.size_bytes for model in alike)


def _pieces(files: Iterable[RepoFile]) -> list[ListedFile]:
    """The files that somebody cut by hand, each with its pieces in their order."""
    cut: dict[str, dict[tuple[int, str], RepoFile]] = defaultdict(dict)
    counts: dict[str, int] = {}
    for file in files:
        match = _CUT.fullmatch(file.name)
        if match is None:
            continue
        whole, place = match["whole"], match["number"] or match["letters"] or match["tail"]
        cut[whole][len(place.lstrip("0")), place.lower()] = file
        counts[whole] = int(match["count"] or 0)
    return [
        ListedFile(
            name=placed[min(placed)].name,
            kind=HubFileKind.CUT,
            level=level_in_name(whole),
            parts=tuple(placed[place] for place in sorted(placed)),
            shards=max(counts[whole], len(placed)),
        )
        for whole, placed in cut.items()
    ]
