"""Recipes as small files: they can be kept beside what was made, given to others, made again."""

from __future__ import annotations

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.notation import check_number, parse_adapter, typed_adapter
from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.cutting import parse_width
from app.core.shrink.healing import Healing
from app.core.shrink.layers import parse_layers
from app.core.shrink.recipe import Done, MatrixUse, MemoryTarget, Recipe, Rule, exactly, parse_rule
from app.core.shrink.sparsity import parse_sparsity
from app.core.words.sentence import say

MOST_BYTES = 4_000_000
ENDING = ".recipe.json"


class Written(msgspec.Struct, frozen=True, tag="shrinkscope-recipe", omit_defaults=True):
    """A recipe as it is written; the fields are those of :class:`app.core.shrink.recipe.Recipe`.

    Attributes:
        version: Of the form.
        level: Its name; empty where a target decides, or types stay.
        matrix: A :class:`MatrixUse`, or a file: its path in what is asked here, its name in what is
            given to others.
        source: The name of the file that a version was made of; empty where none was yet.
        source_bytes: Its size, by which it is found again.
    """

    version: int = 1
    level: str = ""
    target_bytes: int | None = None
    target_bits: float | None = None
    target_memory: MemoryTarget | None = None
    matrix: str = MatrixUse.AUTO.value
    matrix_sha256: str = ""
    matrix_texts: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    drop_layers: int | tuple[int, ...] = ()
    width: float | None = None
    experts: int = 0
    sparsity: float | str | None = None
    requantizes: bool = False
    merge: tuple[Adapter, ...] = ()
    healing: Healing | None = None
    is_quick: bool = False
    source: str = ""
    source_bytes: int = 0

    @property
    def names_matrix(self) -> bool:
        """Whether the matrix is a file."""
        return self.matrix not in set(MatrixUse)

    def recipe(self) -> Recipe:
        """What is asked.

        Raises:
            PersonError: It is of another program's making, or of a later version's.
        """
        uses = {str(use): use for use in MatrixUse}
        layers, sparsity = self.drop_layers, self.sparsity
        if layers:
            word = f"{layers}" if isinstance(layers, int) else ",".join(map(str, layers)) + ","
            layers = parse_layers(word)
        return Recipe(
            level=level_by_name(self.level) if self.level else None,
            target_bytes=self.target_bytes,
            target_bits=self.target_bits,
            target_memory=self.target_memory,
            matrix=uses.get(self.matrix, self.matrix),
            matrix_sha256=self.matrix_sha256,
            matrix_texts=self.matrix_texts,
            rules=tuple(parse_rule(f"{rule.pattern}={rule.type}") for rule in self.rules),
            drop_layers=layers,
            width=None if self.width is None else parse_width(str(self.width)),
            experts=max(0, self.experts),
            sparsity=None if sparsity is None else parse_sparsity(str(sparsity)),
            requantizes=self.requantizes,
            merge=_checked(self.merge),
            healing=self.healing,
            is_quick=self.is_quick,
        )


def _checked(adapters: tuple[Adapter, ...]) -> tuple[Adapter, ...]:
    """What a file of others says is held to what a person may type."""
    check_number(adapters)
    return tuple(parse_adapter(typed_adapter(each)) for each in adapters)


def written(recipe: Recipe) -> Written:
    """A recipe as it is written."""
    return Written(
        level=recipe.level.name if recipe.level is not None else "",
        target_bytes=recipe.target_bytes,
        target_bits=recipe.target_bits,
        target_memory=recipe.target_memory,
        matrix=str(recipe.matrix),
        matrix_sha256=recipe.matrix_sha256,
        matrix_texts=recipe.matrix_texts,
        rules=recipe.rules,
        drop_layers=recipe.drop_layers,
        width=recipe.width,
        experts=recipe.experts,
        sparsity=recipe.sparsity,
        requantizes=recipe.requantizes,
        merge=recipe.merge,
        healing=recipe.healing,
        is_quick=recipe.is_quick,
    )


def as_done(asked: Written, done: Done, source: str, source_bytes: int) -> Written:
    """The recipe of a version that was made: the types that a target chose are named one by one.

    Whoever makes it again gets the same file, and waits for no choosing. A matrix of own texts is
    named by its content; of folders, own files and chats it says nothing.
    """
    again = msgspec.structs.replace(asked, source=source, source_bytes=source_bytes)
    if done.matrix and (asked.names_matrix or asked.matrix_texts):
        again = msgspec.structs.replace(
            again, matrix=done.matrix, matrix_sha256=done.matrix_sha256, matrix_texts=()
        )
    elif done.matrix and asked.matrix == MatrixUse.AUTO:
        again = msgspec.structs.replace(again, matrix=MatrixUse.OWN.value)
    layers = tuple(done.dropped_layers)
    if layers:
        again = msgspec.structs.replace(again, drop_layers=layers)
    if asked.healing and done.healing:
        healing = Healing(done.healing.windows, text=asked.healing.text)
        again = msgspec.structs.replace(again, healing=healing)
    if not done.chosen:
        return again
    rules = tuple(exactly(name, kind) for name, kind in done.chosen.items())
    return msgspec.structs.replace(
        again,
        level=done.level,
        target_bytes=None,
        target_bits=None,
        target_memory=None,
        rules=rules,
    )


def to_text(recipe: Written) -> bytes:
    """The file."""
    return msgspec.json.format(msgspec.json.encode(recipe), indent=2) + b"\n"


def from_text(data: bytes, name: str) -> Written:
    """Read a file.

    Args:
        data: All of it.
        name: What it is called, for the sentence.

    Raises:
        PersonError: It is no recipe, or none that this version can make.
    """
    try:
        found = msgspec.json.decode(data, type=Written)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PersonError(say("shrink.no_recipe", name=name), repr(error)) from error
    if found.version != 1:
        raise PersonError(say("shrink.recipe_of_later_version", name=name))
    found.recipe()
    return found
