"""The best settings of one model: what is asked before, what is measured, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.notation import words_of
from app.core.verdict import Limits
from app.lab.engines.room import EngineRoom
from app.lab.ladder.tuning import Tuning, tuning_of
from app.ui.kit.question import Question
from app.ui.pages.ladder.tuner import Tuner
from tests.core.ladder.test_tuned import SMALLER, speeds, tuned
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.lab.works.ladders.run import LadderOrder
    from app.ui.kit.jobs import Jobs


class Desk:
    """As much memory as a test wants; remembers what is kept."""

    def __init__(self, folder: Path) -> None:
        self.free = 64_000_000_000
        self.kept: list[Candidate] = []
        self._folder = folder

    def tuning(self, candidate: Candidate) -> Tuning:
        return tuning_of(candidate, EngineRoom(self._folder, lambda: self.free), threads=(1, 99))

    def keep_tuned(self, candidate: Candidate) -> Callable[[], None]:
        self.kept.append(candidate)
        return self.kept.clear


def test_a_model_is_tuned_once_the_person_wants_it(
    qtbot: QtBot, jobs: Jobs, demo_model: Path, tmp_path: Path
) -> None:
    page, desk, measured = QWidget(), Desk(tmp_path), list["LadderOrder"]()
    qtbot.addWidget(page)
    page.show()
    question, wishes = Question(page), Wishes(page)
    tuner = Tuner(page, question, cast("Any", desk), jobs, Limits, measured.append)
    tuner.tune(candidate_of(demo_model))
    qtbot.waitUntil(question.isVisible)
    assert "flash attention off, KV q8_0, KV q4_0" in question.accessibleName()
    assert not measured
    question.do_button.click()
    (order,) = measured
    assert words_of(order.candidates[0]) == str(demo_model) == words_of(order.reference)
    assert f"{demo_model}#kv=q4_0" in map(words_of, order.candidates)
    assert order.tunes
    desk.free = 0
    tuner.tune(candidate_of(demo_model))
    qtbot.waitUntil(lambda: bool(wishes.said))
    assert "are free: choose a smaller context" in wishes.said[0].replace("\u00a0", " ")

    apart = tuned(("threads=2", {"speed": speeds(1.2)}), ("kv=q8_0", SMALLER))
    tuner.together(apart, candidate_of("/m/sky-Q4_K_M.gguf"))
    assert [words_of(each).partition("#")[2] for each in measured[-1].candidates] == [
        "", "threads=2", "kv=q8_0", "kv=q8_0,threads=2",
    ]  # fmt: skip
    found = tuned(("threads=2", {"speed": speeds(1.2)}))
    tuner.use(found)
    assert desk.kept == [found.best]
    assert wishes.said[-1] == "sky-Q4_K_M is loaded so from now on: 2 threads"
    wishes.undos[-1]()
    assert not desk.kept
