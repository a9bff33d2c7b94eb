"""The model files of a repository: shards as one, levels and kinds read from names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.levels import LEVELS, UnknownLevelError, level_by_name, shrink_rank
from app.core.model_names import ends_with_level, model_stem, parse_shard_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NAMES = "|".join(
    sorted((re.escape(level.name) for level in LEVELS), key=len, reverse=True)
).replace("_", "[_-]")
_LABEL = re.compile(
    rf"(?:^|[-_. /])(?P<label>(?:UD[-_])?(?:Q4_0_\d_\d|IQ4_NL_\d_\d"
    rf"|Q\d[_-]K[_-](?:XXL|XL|XXS|XS)|Q\d_K_[A-Z]{{1,2}}(?=$|[-. /])"
    rf"|IQ\d[_-](?:XL|L|M|S)|{_NAMES}|Q\d[_-]K|MXFP4|FP16|FP32)(?:[_-]L)?"
    rf"(?:[-_]\d{{1,2}}(?:\.\d{{1,3}})?bpw)?)(?=$|[-_. /])",
    re.IGNORECASE,
)
_PROJECTOR = re.compile(r"(?:^|[-_. /])mmproj(?:$|[-_. /])", re.IGNORECASE)
_IMPORTANCE = re.compile(r"(?:^|[-_. /])imatrix(?:$|[-_. /])", re.IGNORECASE)
_BITS = re.compile(r"[-_](?P<bits>\d{1,2}(?:\.\d{1,3})?)BPW$")
_VARIANT = re.compile(r"(?:_\d_\d|_[A-Z]{1,3})$")
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
_ALIASES = {"FP16": "F16", "FP32": "F32"}


class HubFileKind(StrEnum):
    """What a file of a repository is, as far as its name tells."""

    MODEL = "model"
    CUT = "cut by hand"
    DRAFTER = "drafter"
    PROJECTOR = "projector"
    IMPORTANCE_MATRIX = "importance matrix"


class NoSuchFileError(PersonError):
    """The repository has no such model file."""


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


def level_in_name(file_name: str) -> str | None:
    """Return the quantization level that a file's name claims, in its usual spelling, or None.

    The last one counts: ``Llama-F16-merge-Q4_K_M.gguf`` is Q4_K_M. A folder's name is read
    where the file's own says nothing.
    """
    *folders, own = model_stem(file_name).split("/")
    for name in (own, *reversed(folders)):
        found = [match["label"] for match in _overlapping(name)]
        if found:
            return _usual(found[-1])
    return None


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


def find_file(files: Sequence[ListedFile], wanted: str) -> ListedFile:
    """Return the model file of a level, or the one with this very name.

    Raises:
        NoSuchFileError: There is none, or several; the sentence names what there is.
    """
    named = [file for file in files if any(part.name == wanted for part in file.parts)]
    if named:
        return _whole(named[0])
    models = [file for file in files if file.kind is HubFileKind.MODEL]
    cut = [file for file in files if file.kind is HubFileKind.CUT]
    if cut and not models:
        return _whole(cut[0])
    if not models:
        raise NoSuchFileError(
            "This repository holds no GGUF model files: look for one made from it."
        )
    label = _canonical(wanted)
    found = [file for file in models if file.level and _canonical(file.level) == label]
    if len(found) == 1:
        return _whole(found[0])
    if not found:
        found = [file for file in models if ends_with_level(file.name, wanted)]
        if len(found) == 1:
            return _whole(found[0])
    if found:
        names = ", ".join(file.name for file in found[:5])
        raise NoSuchFileError(
            f"Several files of this repository have the level {_short(wanted)}: name one"
            f" of them in place of the level ({names})."
        )
    for file in cut:
        if file.level and _canonical(file.level) == label:
            return _whole(file)
    raise NoSuchFileError(_which(wanted, models))


def bits_per_weight(tensor_bytes: int, parameters: int | None) -> float | None:
    """Return bits per parameter, or None where the number of parameters is not known."""
    return tensor_bytes * 8 / parameters if parameters else None


def _overlapping(name: str) -> Iterable[re.Match[str]]:
    # A separator may end one label and begin the next.
    position = 0
    while (match := _LABEL.search(name, position)) is not None:
        yield match
        position = match.end("label")


def _usual(label: str) -> str:
    upper = label.upper()
    bits = _BITS.search(upper)
    prefix = "UD-" if upper.startswith(("UD-", "UD_")) else ""
    plain = _BITS.sub("", upper).removeprefix("UD-").removeprefix("UD_").replace("-", "_")
    suffix = f"-{bits['bits']}bpw" if bits else ""
    return prefix + _ALIASES.get(plain, plain) + suffix


def _canonical(level: str) -> str:
    usual = _usual(level.strip())
    try:
        return level_by_name(usual).name
    except UnknownLevelError:
        return usual


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
    return (_KINDS.index(file.kind), _rank(file.level or ""), -file.size_bytes, file.name)


def _rank(level: str) -> int:
    """Where a level stands; variants such as ``Q6_K_L`` stand with the level they are made of."""
    plain = _canonical(_BITS.sub("", level.upper()).removeprefix("UD-"))
    base = _VARIANT.sub("", plain)
    likely = (plain, base, f"{base}_M", base.replace("_K", "_0"))
    return next((rank for name in likely if (rank := shrink_rank(name)) < len(LEVELS)), len(LEVELS))


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


def _whole(file: ListedFile) -> ListedFile:
    if file.kind is HubFileKind.CUT:
        raise NoSuchFileError(
            f"“{file.level or model_stem(file.name)}” is there, but cut by hand into"
            f" {file.shards} pieces ({file.name} and so on): download these from the"
            " repository’s page and join them in their order, as “cat” does."
        )
    if not file.complete:
        raise NoSuchFileError(
            f"The repository holds only {len(file.parts)} of the {file.shards} shards"
            f" of “{file.name}”."
        )
    return file


def _short(wanted: str) -> str:
    return wanted if len(wanted) <= 40 else f"{wanted[:40]}…"


def _which(wanted: str, models: Sequence[ListedFile]) -> str:
    shown = _short(wanted)
    levels = list(dict.fromkeys(file.level for file in models if file.level))
    if not levels:
        names = ", ".join(file.name for file in models[:5])
        return f"This repository has no file of the level “{shown}”; there is {names}."
    near = get_close_matches(wanted.upper(), levels, n=5, cutoff=0.5) or levels
    more = "" if len(near) == len(levels) else ", …"
    return f"This repository has no level “{shown}”; there is {', '.join(near)}{more}."
