"""What the models of a server can do, in few words; apart, since asking servers loads HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words.sentence import Sentence, say
from app.engine.api import Ability

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_WORDS = (
    (Ability.ANSWER, say("servers.can_answer")),
    (Ability.SEE, say("servers.can_see")),
    (Ability.OWN_PROBABILITIES, say("servers.can_own")),
    (Ability.TEXT_PROBABILITIES, say("servers.can_text")),
    (Ability.MEMORY, say("servers.can_memory")),
)


def words_of(abilities: AbstractSet[Ability]) -> list[Sentence]:
    """What can be learned of a server's models, in few words each."""
    return [words for ability, words in _WORDS if ability in abilities]
