"""Who can be asked, and what pictures cost there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.ui.kit.words.text import translate
from app.ui.pages.compare.words import tokens_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.chats.pictures import Picture


class Askable(NamedTuple):
    """A candidate that can be asked.

    Attributes:
        key: Of its pane.
        letter: A to F.
        name: What it is called.
        sees: Whether it can be shown pictures.
        picture_tokens: What pictures of a width and height take of its context, where known.
    """

    key: str
    letter: str
    name: str
    sees: bool = False
    picture_tokens: Mapping[tuple[int, int], int] = {}

    def tokens_of(self, pictures: Sequence[Picture]) -> int | None:
        """What these take of its context together; None while that is not known."""
        each = [self.picture_tokens.get((one.width, one.height)) for one in pictures]
        return None if None in each else sum(filter(None, each))


def costs_words(pictures: Sequence[Picture], asked: Sequence[Askable]) -> str:
    """What pictures will cost, and who cannot see them; empty without pictures."""
    if not pictures or not asked:
        return ""
    seeing = [each for each in asked if each.sees]
    if not seeing:
        return _nobody_sees(len(asked))
    known = {each.letter: each.tokens_of(pictures) for each in seeing}
    amounts = set(known.values())
    if amounts == {None}:
        said = [translate("PromptBox", "What pictures cost is told once the model is loaded")]
    elif len(amounts) == 1:
        said = [_takes(len(pictures), tokens_words(next(filter(None, amounts), 0)))]
    else:
        each = [f"{letter} {tokens_words(tokens)}" for letter, tokens in known.items() if tokens]
        said = [_takes(len(pictures), ", ".join(each))]
    if blind := [each.letter for each in asked if not each.sees]:
        words = translate("PromptBox", "{letters} cannot see pictures")
        said.append(words.format(letters=", ".join(blind)))
    return " · ".join(said)


def _takes(pictures: int, tokens: str) -> str:
    words = translate("PromptBox", "The pictures take {tokens}")
    if pictures == 1:
        words = translate("PromptBox", "The picture takes {tokens}")
    return words.format(tokens=tokens)


def _nobody_sees(models: int) -> str:
    if models == 1:
        return translate(
            "PromptBox",
            "This model cannot see: it needs its projector (mmproj), a second file that comes "
            "with it, chosen in its settings.",
        )
    return translate(
        "PromptBox",
        "None of these models can see: each needs its projector (mmproj), a second file that "
        "comes with it, chosen in its settings.",
    )
