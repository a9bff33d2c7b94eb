"""One version on its way: made in the queue's turn, whole or not at all."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.rights import give_usual_rights
from app.core.errors import PersonError
from app.core.shrink.mixtures import ChosenBy, PartChosen, Tried
from app.core.shrink.recipe import Step
from app.core.shrink.written import Written, as_done
from app.core.words.sentence import as_sentence, kept, say
from app.lab.engines.calls import interruptible
from app.lab.shrink.leftovers import remove_leftovers
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import recipe_beside, write_recipe
from app.lab.works.making.means import means_here
from app.lab.works.work import Slot, Work

if TYPE_CHECKING:
    from app.base.gate import Gate
    from app.lab.engines.room import EngineRoom
    from app.lab.works.work import Tell
    from app.store.paths import Paths


class MakeOrder(msgspec.Struct, frozen=True):
    """What is wanted.

    Attributes:
        source: The model's file, or a folder of original weights.
        target: The file to write.
        title: What it is called in lists: ``Q4_K_M``.
        recipe: How it is made.
        expected_bytes: About its size.
        name: What the source is called, where its path does not say.
        gets_converter: The person agreed to what converting needs being downloaded.
    """

    source: str
    target: str
    title: str
    recipe: Written
    expected_bytes: int = 0
    name: str = ""
    gets_converter: bool = False

    @property
    def of_weights(self) -> bool:
        """Whether original weights are converted, which no file of models can be held against."""
        return bool(self.name)


class Made(msgspec.Struct, frozen=True):
    """What was made; nothing of it is known before.

    Attributes:
        remarks: What a person should know of it, as ``sentence.kept`` writes it.
        chosen_by: What decided the types, where a target did.
        parts: What was chosen for each kind of tensor then, and why.
        tried: The mixtures that were measured for it.
    """

    file_bytes: int = 0
    bits_per_weight: float = 0.0
    level: str = ""
    elapsed_ns: int = 0
    remarks: list[str] = []
    chosen_by: ChosenBy | None = None
    parts: list[PartChosen] = []
    tried: list[Tried] = []


class MakeProgress(msgspec.Struct, frozen=True):
    """How far it is: what is done now, and how much of that.

    Attributes:
        seconds_left: Of this step, about; None where that is not known yet.
    """

    step: Step
    done: int
    total: int
    seconds_left: float | None = None


class Make(Work):
    """One version.

    Args:
        order: What is wanted.
        paths: The program's folders.
        room: Where engines run.
        threads: Of the quantizer.
        made: What was made already.
        is_again: An earlier run of the program may have left a part of it.

    Attributes:
        made: What was made; all zero before.
        progress: The latest; None before it ran in this program.
    """

    kind = "make"
    slot = Slot.ENGINE
    unforeseen = say("program.unexpected")
    keeps_awake = say("lab.making")
    stays = True

    def __init__(
        self,
        order: MakeOrder,
        paths: Paths,
        room: EngineRoom,
        threads: int,
        made: Made | None = None,
        *,
        is_again: bool = False,
    ) -> None:
        super().__init__()
        self._order = order
        self._paths = paths
        self._room = room
        self._threads = threads
        self._is_again = is_again
        self.made = made or Made()
        self.progress: MakeProgress | None = None

    @property
    def order(self) -> MakeOrder:
        """What is wanted."""
        return self._order

    @property
    def so_far(self) -> Made:
        """What was made."""
        return self.made

    def begin(self) -> None:
        """It runs in a moment."""
        self.progress = None

    def take(self, news: object) -> bool:
        """Hear of its progress, and of its file."""
        if isinstance(news, MakeProgress):
            self.progress = news
        elif isinstance(news, Made):
            self.made = news
        return False

    def run(self, gate: Gate, tell: Tell) -> Made:
        """Make it, and write beside it how it was made."""
        source, target = Path(self._order.source), Path(self._order.target)
        if self._is_again:
            remove_leftovers(target)
        self._is_again = True

        begun: dict[Step, tuple[float, int]] = {}

        def on_step(step: Step, done: int, total: int) -> None:
            gate.check_end()
            now = time.monotonic()
            since, first = begun.setdefault(step, (now, done))
            left = (now - since) * (total - done) / (done - first) if done > first else None
            tell.progress(MakeProgress(step, done, total, left))

        if target.parent == self._paths.made:
            with contextlib.suppress(OSError):  # then the folder lacks, which is said
                target.parent.mkdir(parents=True, exist_ok=True)
        means = means_here(
            self._paths,
            self._room,
            self._threads,
            on_step,
            gets_converter=self._order.gets_converter,
        )
        asked = self._order.recipe
        source_bytes = source.stat().st_size if source.is_file() else 0
        with interruptible(gate.check_end):
            result = shrink(source, target, asked.recipe(), means)
        give_usual_rights(target)
        remarks = [*result.remarks]
        try:
            again = as_done(asked, result.recipe, source.name, source_bytes)
            if not self._order.of_weights:
                write_recipe(again, recipe_beside(target))
        except PersonError as error:  # the version itself is there, and whole
            remarks.append(as_sentence(error.said))
        return Made(
            result.file_bytes,
            result.bits_per_weight,
            result.level,
            result.elapsed_ns,
            [kept(remark) for remark in remarks],
            result.recipe.chosen_by,
            result.recipe.parts,
            result.recipe.tried,
        )
