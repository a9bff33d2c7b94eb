"""The models on this PC, and which of them come from one original model."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.models.kinds import ModelKind, why_no_candidate
from app.core.models.labels import level_in_name, told_level
from app.core.models.levels import shrink_rank
from app.core.models.model_names import family_of, is_telling_name

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.core.words.sentence import Sentence

# What cannot differ between files that come from one original model: architecture, layers, width
# of the residual stream, experts.
_Shape = tuple[str, int, int, int]
_UNKNOWN_SHAPE: _Shape = ("", 0, 0, 0)
_NO_SIGNS = re.compile(r"[^a-z0-9]")


class ModelSource(StrEnum):
    """The program whose file it is; those in folders of one's own, or opened, are nobody's."""

    HUGGING_FACE = "hugging-face"
    LM_STUDIO = "lm-studio"
    OLLAMA = "ollama"
    LLAMA_CPP = "llama.cpp"
    JAN = "jan"
    OWN_FOLDER = "folder"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class LibraryModel:
    """A model file that is on this PC, sound or broken.

    Attributes:
        path: The file, or its first shard; what llama.cpp is to load.
        files: All files of it that are there, in order.
        name: What its program calls it (``llama3.2:3b``), or the file's name without ``.gguf``.
        aliases: Further names that its program gives the same file.
        repository: ``ORG/REPO`` that it was downloaded from, where its place tells.
        commit: The version of that repository, or None.
        is_older: Another version of the same file, from a later commit, is there too.
        projector: With which it sees pictures; None where none lies beside it.
        file_bytes: Size on disk, all files.
        modified_ns: When its newest file was last written, in ns since 1970.
        model: The facts of its header; None where it is broken.
        broken: Why it cannot be used: a sentence; None where it is sound.
    """

    path: Path
    files: tuple[Path, ...]
    name: str
    source: ModelSource
    file_bytes: int
    modified_ns: int
    model: ModelFile | None
    broken: Sentence | None = None
    aliases: tuple[str, ...] = ()
    repository: str | None = None
    commit: str | None = None
    is_older: bool = False
    projector: Path | None = None

    @property
    def is_language_model(self) -> bool:
        """Whether it can be run by itself; a broken file counts as what it should be."""
        return self.model is None or self.model.kind is ModelKind.LANGUAGE_MODEL

    @property
    def why_not(self) -> Sentence | None:
        """Why it cannot be asked; None where it can."""
        if self.model is None or self.is_language_model:
            return self.broken
        return why_no_candidate(self.model.kind, self.path.name)

    @property
    def label(self) -> str:
        """The level as its names say (``UD-Q4_K_XL``), else as its header says, else empty.

        A name does not count where bits and header belie it.
        """
        claimed = self.claimed_level
        if self.model is None:
            return claimed or ""
        return told_level(claimed, self.model.level_name, self.model.bits_per_weight)

    @property
    def claimed_level(self) -> str | None:
        """The level as its names say, be it true or not."""
        names = (self.name, *self.aliases, self.path.name)
        return next((level for name in names if (level := _level_claimed(name))), None)

    @property
    def family_words(self) -> str:
        """What names of files from the same original model have in common."""
        if self.model is not None:
            return self.model.family_key.partition("/")[2]
        return family_of(self.name)


@dataclass(frozen=True, slots=True)
class Family:
    """The files on this PC that come from one original model.

    Attributes:
        key: Names the family, alone among those it was made with: ``qwen3-0.6b``.
        name: For people: ``Qwen3 0.6B``.
        architecture: As the headers say; empty where all files are broken.
        models: From the least to the most shrunken, broken ones last.
    """

    key: str
    name: str
    architecture: str
    models: tuple[LibraryModel, ...]


def families(models: Iterable[LibraryModel]) -> tuple[Family, ...]:
    """Group language models by the model that they come from, the families by their names.

    Files belong together when their names, but for the level, and their layers are the same.
    Files of other kinds are left out: see :func:`companions`.
    """
    alike: dict[str, dict[_Shape, list[LibraryModel]]] = defaultdict(lambda: defaultdict(list))
    broken: list[LibraryModel] = []
    beside: dict[str, set[tuple[str, _Shape]]] = defaultdict(set)
    namesakes: dict[tuple[str, _Shape], list[LibraryModel]] = defaultdict(list)
    for model in models:
        if not model.is_language_model:
            continue
        if model.model is None:
            broken.append(model)
        else:
            namesakes[model.family_words, _shape(model.model)].append(model)
    for (words, shape), members in namesakes.items():
        for model, told in zip(members, told_apart(words, members), strict=True):
            alike[told][shape].append(model)
            beside[_whereabouts(model)].add((told, shape))
    for model in broken:
        words, shape = _likely_family(model, alike, beside[_whereabouts(model)])
        alike[words][shape].append(model)
    found: dict[str, Family] = {}
    for words, shapes in alike.items():
        for members in shapes.values():
            key = _free_key(words, members, found, alone=len(shapes) == 1)
            found[key] = _family(key, words, members)
    return tuple(sorted(found.values(), key=lambda family: (family.name.casefold(), family.key)))


def told_apart(words: str, members: Sequence[LibraryModel]) -> list[str]:
    """The family of each of the models whose headers give one name; mostly that name.

    Some converters write one name into the files of many models, and some models keep the name of
    the one that they were made from. What the files are called tells them apart then.
    """
    told = [words if _agrees(words, own) else own[0] for own in map(_own_words, members)]
    return told if len(set(told)) > 1 else [words] * len(members)


def _own_words(model: LibraryModel) -> list[str]:
    """What the file is called, else its repository or folder, without its technical parts."""
    where = (model.repository or model.path.parent.name).rpartition("/")[2]
    for name in (model.name.partition(":")[0], where):
        # Some publishers put the maker's name in front: “Qwen_Qwen3-4B”.
        own = list(
            dict.fromkeys(family_of(part) for part in (name, name.partition("_")[2]) if part)
        )
        if is_telling_name(own[0]) and any(map(str.isalpha, own[0])):
            return own
    return []


def _agrees(words: str, own: Sequence[str]) -> bool:
    """Whether a file's own name is that of its header, or a shorter form of it."""
    plain = _NO_SIGNS.sub("", words)
    return not own or any(_NO_SIGNS.sub("", name) in plain for name in own)


def companions(models: Iterable[LibraryModel]) -> tuple[LibraryModel, ...]:
    """The files that are no language models, whatever else they are."""
    others = [model for model in models if not model.is_language_model]
    return tuple(sorted(others, key=lambda model: (model.name.casefold(), model.path)))


def shrink_order(model: LibraryModel) -> tuple[bool, float, int, str]:
    """A sort key: from the least to the most shrunken, broken files last."""
    facts = model.model
    if facts is None:
        return True, 0.0, 0, model.name.casefold()
    bits = round(facts.bits_per_weight, 2)
    return False, -bits, shrink_rank(facts.level_name), model.name.casefold()


def _shape(model: ModelFile) -> _Shape:
    # Not the parameters: some quantizers write a tied output matrix a second time.
    return model.architecture, model.block_count, model.embedding_length, model.expert_count


def _whereabouts(model: LibraryModel) -> str:
    return model.repository or str(model.path.parent)


def _likely_family(
    model: LibraryModel,
    alike: Mapping[str, Mapping[_Shape, object]],
    neighbours: set[tuple[str, _Shape]],
) -> tuple[str, _Shape]:
    """Where a broken file belongs: with those of its name, else with its neighbours, if clear."""
    words = model.family_words
    shapes = alike.get(words, {})
    if len(shapes) == 1:
        return words, next(iter(shapes))
    if not shapes and len(neighbours) == 1:
        return next(iter(neighbours))
    return words, _UNKNOWN_SHAPE


def _free_key(
    words: str, members: Sequence[LibraryModel], taken: dict[str, Family], *, alone: bool
) -> str:
    """The words alone; with the size where models of several sizes share them."""
    largest = max((model.model.parameters for model in members if model.model), default=0)
    words = words or "unnamed"
    key = words if alone or not largest else f"{words}-{_size_words(largest)}"
    number = 1
    free = key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free


def _size_words(parameters: int) -> str:
    for unit, size in (("b", 10**9), ("m", 10**6), ("k", 10**3)):
        if parameters >= size:
            return f"{parameters / size:.1f}".removesuffix(".0") + unit
    return str(parameters)


def _family(key: str, words: str, members: list[LibraryModel]) -> Family:
    facts = [model.model for model in members if model.model is not None]
    names = Counter(
        fact.name
        for fact in facts
        if _level_claimed(fact.name) is None and family_of(fact.name) == words
    )
    # The most frequent name; of several, the shortest.
    name = min(names, key=lambda name: (-names[name], len(name), name)) if names else key
    return Family(
        key=key,
        name=name,
        architecture=facts[0].architecture if facts else "",
        models=tuple(sorted(members, key=shrink_order)),
    )


def _level_claimed(name: str) -> str | None:
    # What stands behind a colon is a tag: “llama3.2:3b-instruct-q4_K_M”.
    return level_in_name(name.rpartition("/")[2].replace(":", "-"))
