"""What a person may write for a model file: a path, a library name, ``ORG/REPO:LEVEL``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app.core.errors import PersonError
from app.core.hub_names import HubNameError, may_be_path, parse_hub_address
from app.core.models.family import LibraryModel, ModelSource, families, told_apart
from app.core.models.gguf_reader import quotable
from app.core.models.kinds import WHOLE_MODELS
from app.core.models.labels import begins_level
from app.core.models.levels import UnknownLevelError, level_by_name
from app.core.models.model_names import ends_with_level, family_of, model_stem
from app.core.text.clean import clean_line
from app.core.words.sentence import Sentence, say
from app.library.model_files import first_of_set

_MOST_NAMED = 6


class NoSuchModelError(PersonError):
    """Nothing on this PC is called so."""


class AmbiguousModelError(PersonError):
    """Several model files are called so; the sentence names them."""


class ModelNames:
    """Finds the file that is meant; looks through the library once, when first needed."""

    def __init__(self, models: Callable[[], Sequence[LibraryModel]]) -> None:
        """``models`` brings up what is on this PC, and may take long."""
        self._bring_up = models
        self._models: Sequence[LibraryModel] | None = None

    def path_of(self, word: str) -> Path:
        """Return the file that a word means.

        A file that is there under this very path always wins; a later shard means its set, which
        llama.cpp loads by the first. Letters' case does not matter in names. Nothing is ever
        downloaded.

        Raises:
            NoSuchModelError: There is none; the sentence says how to get one.
            AmbiguousModelError: There are several; the sentence names them.
        """
        if not word.strip():
            raise NoSuchModelError(say("models.empty_word_names_no_model"))
        path = Path(word)
        is_path = _is_path(word)
        if is_path and not os.path.lexists(path):
            raise NoSuchModelError(self._gone(path), detail=word)
        if is_path or _is_file(path):
            return first_of_set(path)
        models = self._all()
        found = _meant(word, models)
        if len(found) == 1:
            return found[0].path
        if found:
            raise AmbiguousModelError(_which(word, found, lambda name: _meant(name, models)))
        if os.path.lexists(path):
            return path  # a folder, say; whoever opens it explains
        raise NoSuchModelError(_nothing(word, models), detail=word)

    def exact_path_of(self, word: str, source: ModelSource) -> Path:
        """Return the file whose full name a word is, for what cannot be undone.

        Neither a part of a name nor another spelling of a level will do, and copies are not taken
        for one another.

        Args:
            word: A path, a name of the library, or ``ORG/REPO:LEVEL``.
            source: Whose files are meant where several programs have one of this name.

        Raises:
            NoSuchModelError: There is none; the sentence says what comes near.
            AmbiguousModelError: There are several; the sentence names them.
        """
        if not word.strip() or _is_path(word) or _is_file(Path(word)):
            return self.path_of(word)
        models = self._all()
        current = _exactly_meant(word, models, source)
        if len(current) == 1:
            return current[0].path

        def means(name: str) -> list[LibraryModel]:
            return _exactly_meant(name, models, source)

        if current:
            raise AmbiguousModelError(_which(word, current, means))
        near = matching(word, models)
        if not near:
            raise NoSuchModelError(_nothing(word, models), detail=word)
        names = ", ".join(_clear(model, means) for model in near[:_MOST_NAMED])
        raise NoSuchModelError(
            say("models.no_full_name_could_mean", word=quotable(word), names=names), detail=word
        )

    def _gone(self, path: Path) -> Sentence:
        """What to say of a path that is not there: where a file of its name is, if one is known."""
        named = quotable(path.name)
        files = [file for model in self._all() for file in model.files]
        here = [file for file in files if file.name == path.name]
        if not here:
            return say("models.not_shrinkscope_get_org_repo", named=named)
        near = max(here, key=lambda file: _alike(file, path))
        return say("models.not_any_more_file_name", named=named, near=quotable(str(near)))

    def _all(self) -> Sequence[LibraryModel]:
        if self._models is None:
            self._models = self._bring_up()
        return self._models


def matching(word: str, models: Sequence[LibraryModel]) -> list[LibraryModel]:
    """Return the models that a word names, in their order; of several ways the closest counts.

    The ways: the exact name (with or without ``.gguf``); a repository, name or family and behind
    a colon the level, as the file's name claims it, else as it is told or its header says, else
    what the file's name ends with or its level begins with; a repository, name or family alone.
    Models of other kinds are meant where no language model is: who opens one says what it is.
    """
    wanted = _plain(word)
    exact = [model for model in models if wanted in _exact_names(model)]
    if exact:
        return exact
    usable = [model for model in models if model.is_language_model]
    others = [model for model in models if model.model and model.model.kind in WHOLE_MODELS]
    return _named_by(wanted, usable) or _named_by(wanted, others)


def _named_by(wanted: str, models: Sequence[LibraryModel]) -> list[LibraryModel]:
    keys = _family_keys(models)
    who, colon, level = wanted.rpartition(":")
    if not colon:
        return [model for model in models if wanted in _loose_names(model, keys)]
    named = [model for model in models if who in _loose_names(model, keys)]
    meant = _spellings(level)
    for level_of in (_file_stem, *_LEVELS_OF):
        # The file's own name may stand in place of the level.
        close = [model for model in named if _spelling(level_of(model)) in meant]
        if close:
            return close
    ending = [model for model in named if ends_with_level(_file_stem(model), level)]
    return ending or [
        model for model in named if any(begins_level(level, each(model)) for each in _LEVELS_OF)
    ]


def _is_path(word: str) -> bool:
    """Whether a word can be nothing but a path."""
    return (
        os.path.isabs(word)
        or word.startswith((".", "~"))
        or "\0" in word
        or (os.sep == "\\" and os.sep in word)
    )


def _alike(one: Path, other: Path) -> int:
    """How many of their parts are alike, from either end."""
    ours, theirs = one.parts, other.parts
    first = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), 0)
    last = next(
        (i for i, (a, b) in enumerate(zip(ours[::-1], theirs[::-1], strict=False)) if a != b), 0
    )
    return first + last


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _plain(word: str) -> str:
    """A word as it is compared: without the Hub's address, in small letters."""
    try:
        address = parse_hub_address(word)
    except HubNameError:
        return word.strip().casefold()
    if address.file_name is not None:
        return f"{address.repo_id}:{address.file_name.rpartition('/')[2]}".casefold()
    return str(address).casefold()


def _exact_names(model: LibraryModel) -> set[str]:
    names = {model.name, *model.aliases, model.path.name, model_stem(model.path.name)}
    # “llama3.2” is Ollama's short form of “llama3.2:latest”.
    names |= {name.removesuffix(":latest") for name in names}
    return {name.casefold() for name in names}


def _full_names(model: LibraryModel) -> set[str]:
    names = _exact_names(model)
    if model.repository is not None:
        ends = {each(model) for each in (_file_stem, *_LEVELS_OF)} | {model.path.name}
        names |= {f"{model.repository}:{end}".casefold() for end in ends if end}
    return names


def _loose_names(model: LibraryModel, keys: dict[Path, str]) -> set[str]:
    names = {model.name, *model.aliases, model.family_words, family_of(model.name)}
    names |= {keys.get(model.path, model.family_words)}
    names |= {name.partition(":")[0] for name in (model.name, *model.aliases)}
    if model.model is not None:
        names |= {model.model.name, family_of(model.model.name)}
    if model.repository is not None:
        repository_name = model.repository.rpartition("/")[2]
        names |= {model.repository, repository_name}
    return {name.casefold() for name in names if name}


def _family_keys(models: Iterable[LibraryModel]) -> dict[Path, str]:
    return {model.path: family.key for family in families(models) for model in family.models}


def _file_stem(model: LibraryModel) -> str:
    return model_stem(model.path.name)


def _claimed_level(model: LibraryModel) -> str:
    return model.claimed_level or ""


def _told_level(model: LibraryModel) -> str:
    return model.label


def _level_of_header(model: LibraryModel) -> str:
    return model.model.level_name if model.model is not None else ""


_LEVELS_OF = (_claimed_level, _told_level, _level_of_header)


def _spelling(name: str) -> str:
    return name.upper().replace("-", "_")


def _spellings(level: str) -> set[str]:
    """The ways in which a level may be written: ``q4_k`` means ``Q4_K_M`` too."""
    plain = _spelling(model_stem(level))
    try:
        return {plain, level_by_name(plain).name}
    except UnknownLevelError:
        return {plain}


def _one_of_copies(found: list[LibraryModel]) -> list[LibraryModel]:
    """Leave out older versions, and copies of one file that several programs keep."""
    current = [model for model in found if not model.is_older] or found
    told: dict[str, list[LibraryModel]] = {}
    for model in current:
        told.setdefault(model.family_words, []).append(model)
    family = {
        model.path: name
        for words, members in told.items()
        for model, name in zip(members, told_apart(words, members), strict=True)
    }
    firsts: dict[tuple[str, int, str], LibraryModel] = {}
    for model in current:
        firsts.setdefault((model.label, model.file_bytes, family[model.path]), model)
    return list(firsts.values())


def clear_name(model: LibraryModel, models: Sequence[LibraryModel]) -> str:
    """A name that may be typed for a model and no other of these, else its path."""
    return _clear(model, lambda name: _meant(name, models))


def _meant(word: str, models: Sequence[LibraryModel]) -> list[LibraryModel]:
    return _one_of_copies(matching(word, models))


def _exactly_meant(
    word: str, models: Sequence[LibraryModel], source: ModelSource
) -> list[LibraryModel]:
    named = [model for model in models if _plain(word) in _full_names(model)]
    found = [model for model in named if model.source is source] or named
    return [model for model in found if not model.is_older] or found


def _which(
    word: str, found: Sequence[LibraryModel], means: Callable[[str], list[LibraryModel]]
) -> Sentence:
    names = [_clear(model, means) for model in found[:_MOST_NAMED]]
    more = len(found) - len(names)
    if more:
        return say(
            "models.could_more_name_them", word=quotable(word), names=", ".join(names), more=more
        )
    last = names.pop()
    return say("models.could_name_them", word=quotable(word), names=", ".join(names), last=last)


def _clear(model: LibraryModel, means: Callable[[str], list[LibraryModel]]) -> str:
    names = [model.name, model.path.name]
    if model.repository is not None:
        ends = [end for end in (model.label, model.claimed_level, model.path.name) if end]
        names[:0] = [f"{model.repository}:{end}" for end in ends]
    typed = (name for name in names if name == clean_line(name) and means(name) == [model])
    return next(typed, str(model.path))


def _nothing(word: str, models: Sequence[LibraryModel]) -> Sentence:
    shown = quotable(word)
    who, colon, _ = _plain(word).rpartition(":")
    here = matching(who, models) if colon else []
    levels = list(dict.fromkeys(model.label for model in here if model.label))
    there: Sentence | str = ""
    if levels:
        n, listed = len(levels), ", ".join(levels)
        there = say("models.of_this_model_there", n=n, listed=listed)
    try:
        address = parse_hub_address(word)
    except HubNameError:
        address = None
    if address is not None and str(address) != address.repo_id and not may_be_path(word):
        return say(
            "models.not_pc_shrinkscope_get_downloads", shown=shown, there=there, address=address
        )
    return say("models.not_no_file_no_model", shown=shown, there=there)
