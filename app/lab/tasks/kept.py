"""Answers that are known already: of which file, asked how, to which question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import known_by
from app.lab.beside.kept import KeptOfFiles, decoded
from app.lab.beside.places import KeptPasses
from app.lab.tasks.plan import TaskAnswer, TaskPlan

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem
    from app.lab.engines.opened import OpenedCandidate

# 1: a blank line ended answers that had not begun; 2: slices followed the time, and some templates
# wrote other prompts; 3: templates wrote the day's date.
_FORMAT = 4
_ENGINE = "engine"


class KeptAnswers:
    """Remembers answers below a cache folder; what was right is judged anew each time.

    An answer is known by the file (path, size, time of change), by how it is loaded and asked, the
    engine's build and threads, the question, the thinking switch, the most tokens, how many
    questions were answered at once and how large each one's place was. How many engines worked, and
    in how large a context unless it was chosen, is no part of it; nor are the other questions.
    Those of a server are not remembered: nothing says for sure that the same model stands behind
    its address.

    Args:
        cache_folder: The program's.
        engines_folder: Where engines work; None where they do without no variants.
        named: Names files for as long as they are the same; raises ``OSError`` where it cannot.

    Attributes:
        passes: What answering several questions at once gains.
    """

    def __init__(
        self,
        cache_folder: Path,
        engines_folder: Path | None = None,
        named: Callable[[Iterable[Path]], bytes] = known_by,
    ) -> None:
        self._kept = KeptOfFiles(cache_folder, engines_folder, named)
        self.passes = KeptPasses(cache_folder, engines_folder, named)

    def known(self, opened: OpenedCandidate, plan: TaskPlan) -> tuple[dict[str, TaskAnswer], str]:
        """The answers that are known, by the items' keys, and the engine that gave them.

        Raises:
            OSError: The file is gone.
        """
        if opened.header is None:
            return {}, ""
        kept = self._kept.known(self._name_of(opened, plan))
        manner = opened.manner
        found: dict[str, TaskAnswer] = {}
        for item in plan.items:
            question = _question(item, plan.most_tokens(item, manner))
            answer = decoded(kept.get(question), TaskAnswer)
            if answer is not None:
                found[item.key] = answer
        engine = kept.get(_ENGINE, b"").decode("utf-8", "replace") if found else ""
        return found, engine

    def keep(
        self,
        opened: OpenedCandidate,
        plan: TaskPlan,
        answers: Mapping[str, TaskAnswer],
        engine: str,
    ) -> None:
        """Remember answers, by the items' keys.

        Raises:
            OSError: The file is gone.
        """
        if opened.header is None:
            return
        manner = opened.manner
        blobs = {_ENGINE: engine.encode()}
        for item in plan.items:
            if item.key in answers:
                question = _question(item, plan.most_tokens(item, manner))
                blobs[question] = msgspec.json.encode(answers[item.key])
        self._kept.keep(self._name_of(opened, plan), blobs)

    def _name_of(self, opened: OpenedCandidate, plan: TaskPlan) -> str:
        beside = () if plan.places == 1 else (plan.places, plan.place_tokens(opened))
        how = (plan.threads, plan.thinking, *beside)
        return self._kept.name_of(opened.candidate, opened.files, _FORMAT, *how)


def _question(item: TaskItem, most_tokens: int) -> str:
    shown = f"\0{item.picture}" if item.picture else ""
    asked = f"{most_tokens}\0{item.asked}{shown}"
    return sha256(asked.encode("utf-8", "replace")).hexdigest()
