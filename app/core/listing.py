"""The model files of a repository: shards as one, levels and kinds read from names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.core.models.kinds import ModelKind, kind_in_name
from app.core.models.labels import label_rank, level_in_name
from app.core.models.model_names import family_of, model_stem, parse_shard_name
from app.core.models.projectors import PREFERRED

_IMPORTANCE = re.compile(r"(?:^|[-_. /])imatrix(?:$|[-_. /])", re.IGNORECASE)
# What goes with a model: by its place it is known; by a word alone, it may be a whole model.
_COMPANIONS = tuple(
    (
        kind,
        re.compile(rf"(?:^|/)(?:{words})[-_./]", re.IGNORECASE),
        re.compile(rf"[-_. ](?:{words})(?=$|[-_. /])", re.IGNORECASE),
    )
    for kind, words in (
        (ModelKind.DRAFTER, "mtp|draft|drafter|assistant|eagle3|dflash"),
        (ModelKind.ADAPTER, "lora|loras|adapter"),
    )
)
# What “split” and such leave: x.gguf.part1of2, x.gguf-split-a, x.gguf.001, x.gguf.aa.
_CUT = re.compile(
    r"(?P<whole>.+\.gguf)[-._](?:(?:part|split)[-_.]?(?:(?P<number>\d{1,3})"
    r"(?:[-_]?of[-_]?(?P<count>\d{1,3}))?|(?P<letters>[a-z]{1,2}))|(?P<tail>\d{3}|a[a-z]))",
    re.IGNORECASE | re.DOTALL | re.ASCII,
)


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
    kind: ModelKind
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


def with_eyes(files: Iterable[ListedFile], wanted: ListedFile) -> tuple[RepoFile, ...]:
    """What is downloaded for a model file: its parts, and the projector that lies beside it."""
    eyes = eyes_beside(files, wanted)
    return wanted.parts if eyes is None else (*wanted.parts, *eyes.parts)


def eyes_beside(files: Iterable[ListedFile], wanted: ListedFile) -> ListedFile | None:
    """The projector that lies beside a model file.

    Of several at different levels one is taken; where they are for different models, none.
    """
    eyes = [file for file in files if file.kind is ModelKind.PROJECTOR and file.complete]
    folders = (wanted.name.rpartition("/")[0], "")
    near: list[ListedFile] = []
    for folder in folders:
        near = near or [each for each in eyes if each.name.rpartition("/")[0] == folder]
    if wanted.kind is not ModelKind.LANGUAGE_MODEL or len({_model_of(each) for each in near}) != 1:
        return None
    ranks = {level: rank for rank, level in enumerate(PREFERRED)}
    return min(near, key=lambda each: (ranks.get(each.level or "", len(ranks)), each.name))


def _model_of(file: ListedFile) -> str:
    """A projector's name without its level."""
    return family_of(model_stem(file.name.rpartition("/")[2]))


def group_files(files: Iterable[RepoFile]) -> list[ListedFile]:
    """Put shards together and recognise kinds; only files that llama.cpp knows are kept.

    Returns:
        Models from the least to the most shrunken, then what is none by itself, kind by kind.
    """
    files = list(files)
    sets: dict[tuple[str, int], dict[int, RepoFile]] = defaultdict(dict)
    for file in files:
        if _kind(file.name) is not None:
            shard = parse_shard_name(file.name)
            stem, count = (shard.stem, shard.count) if shard is not None else (file.name, 1)
            sets[stem, count][shard.number if shard is not None else 1] = file
    whole: list[ListedFile] = []
    for (_, count), numbered in sets.items():
        parts = tuple(numbered[number] for number in sorted(numbered))
        name = parts[0].name
        kind = _kind(name) or ModelKind.LANGUAGE_MODEL
        whole.append(ListedFile(name, kind, level_in_name(name), parts, count))
    return sorted(_with_companions(whole) + _pieces(files), key=_order)


def largest_first(
    files: Iterable[ListedFile], bits: Callable[[ListedFile], float | None]
) -> list[ListedFile]:
    """Order files by their true bits per weight, whatever their names say.

    Models whose bits are not known stand behind the others, as they stood; then what is no model.
    """

    def place(file: ListedFile) -> tuple[bool, bool, float]:
        known = round(bits(file) or 0.0, 2)
        return file.kind is not ModelKind.LANGUAGE_MODEL, not known, -known

    return sorted(files, key=place)


def bits_per_weight(tensor_bytes: int, parameters: int | None) -> float | None:
    """Return bits per parameter, or None where the number of parameters is not known."""
    return tensor_bytes * 8 / parameters if parameters else None


def _kind(file_name: str) -> ModelKind | None:
    lowered = file_name.lower()
    base = lowered.rpartition("/")[2]
    if base.endswith(".imatrix") or (base.endswith(".dat") and "imatrix" in base):
        return ModelKind.IMPORTANCE_MATRIX
    if not lowered.endswith(".gguf"):
        return None
    stem = base.removesuffix(".gguf")
    if _IMPORTANCE.search(stem) and level_in_name(file_name) is None:
        return ModelKind.IMPORTANCE_MATRIX
    if stem.endswith("imatrix"):
        return ModelKind.IMPORTANCE_MATRIX
    # The folder counts too: ggml-org keeps many models in one repository.
    return kind_in_name(lowered.removesuffix(".gguf")) or ModelKind.LANGUAGE_MODEL


_KINDS = tuple(ModelKind)


def _order(file: ListedFile) -> tuple[int, int, int, str]:
    return (_KINDS.index(file.kind), label_rank(file.level or ""), -file.size_bytes, file.name)


def _with_companions(files: list[ListedFile]) -> list[ListedFile]:
    """The same files; what only goes with a model that is there too is no model."""
    models = [file for file in files if file.kind is ModelKind.LANGUAGE_MODEL]
    plain = [
        file
        for file in models
        if not any(
            place.search(file.name) or word.search(file.name) for _, place, word in _COMPANIONS
        )
    ]
    return [_companion(file, plain) if plain and file in models else file for file in files]


def _companion(file: ListedFile, plain: list[ListedFile]) -> ListedFile:
    alike = [model for model in plain if model.level == file.level] or plain
    is_small = file.size_bytes * 2 < min(model.size_bytes for model in alike)
    for kind, place, word in _COMPANIONS:
        if place.search(file.name) or (is_small and word.search(file.name)):
            return replace(file, kind=kind)
    return file


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
            kind=ModelKind.CUT,
            level=level_in_name(whole),
            parts=tuple(placed[place] for place in sorted(placed)),
            shards=max(counts[whole], len(placed)),
        )
        for whole, placed in cut.items()
    ]
