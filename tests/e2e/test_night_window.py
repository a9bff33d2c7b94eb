"""A night in the real window: ticked on the Hub, agreed to, measured, and told in the morning.

Tests app.ui.pages.ladder.nights.dialog, app.ui.pages.ladder.nights.morning and
app.lab.works.nights.planner.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from app.core.candidates.candidate import Candidate
from app.core.hub_names import HubAddress
from app.core.ladder.night import Keep
from app.lab.works.ladders import worker
from app.lab.works.ladders.entry import LadderState
from app.lab.works.ladders.run import LadderRun
from app.store.paths import Paths
from app.ui.pages.ladder.nights.dialog import NightDialog
from app.ui.pages.models.repository.repository import OpenState
from tests.e2e.person import PATIENCE_SECONDS, Person
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.hub_way import close_library

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.ladders.run import LadderOrder
    from app.store.ladders import LadderStore
    from app.ui.kit.theme import Theme

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

REPO = "org/demo-GGUF"
REPORT_IS_NEXT = "Next: the report."


@pytest.fixture
def hub(demo_model: Path, q3: Path) -> Iterator[FakeHub]:
    files = [FakeFile("demo-F16.gguf", demo_model), FakeFile("demo-Q3_K_S.gguf", q3)]
    with FakeHub(FakeRepository(REPO, files)) as hub:
        yield hub
    close_library()


@pytest.fixture
def shown() -> threading.Event:
    """Set once the page has said that the report is next."""
    return threading.Event()


@pytest.fixture
def person(
    qtbot: QtBot,
    theme: Theme,
    hub: FakeHub,
    shown: threading.Event,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Person]:
    """Before a window whose ladders ask three questions and read no text."""
    items = tmp_path / "items.jsonl"
    lines = ({"prompt": f"{n} + 1 =", "answer": str(n + 1)} for n in range(3))
    items.write_text("\n".join(map(json.dumps, lines)))

    class Small(LadderRun):
        def __init__(self, order: LadderOrder, *rest: object) -> None:
            order = dataclasses.replace(order, items=items, quality=False)
            super().__init__(order, *rest)  # type: ignore[arg-type]
            self.plan = msgspec.structs.replace(
                self.plan, prompt_tokens=0, generated_tokens=0, context_tokens=256
            )

        def run(
            self,
            keeper: LadderStore | None,
            on_progress: Callable[[LadderProgress], None],
            *rest: Any,
        ) -> LadderResult:
            def tell(progress: LadderProgress) -> None:
                on_progress(progress)
                # The page is shown the latest alone, and so short a night may be over before.
                if REPORT_IS_NEXT in str(progress.then):
                    shown.wait(PATIENCE_SECONDS)

            return super().run(keeper, tell, *rest)

    monkeypatch.setattr(worker.LadderWorkers.__init__, "__defaults__", (Small,))
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    person = Person(theme, Paths.below(tmp_path / "home"), size=(1280, 800))
    yield person
    shown.set()
    person.close()


def _dialogs() -> list[NightDialog]:
    every = QApplication.topLevelWidgets()
    return [each for each in every if isinstance(each, NightDialog) and each.isVisible()]


def test_ticked_versions_are_measured_overnight_and_told_in_the_morning(
    person: Person, hub: FakeHub, shown: threading.Event, tmp_path: Path
) -> None:
    page = person.models.page
    person.window.main.show_page("models")
    page.open_address(HubAddress(REPO))
    person.until(lambda: page.panel.opening.state is OpenState.SHOWN)
    for file in hub.repositories[REPO].files:
        page.panel.files.model.check(file.name)
    person.until(lambda: person.offers("Overnight …"))
    person.click("Overnight …")
    person.until(lambda: bool(_dialogs()))
    (dialog,) = _dialogs()
    assert [box.isChecked() for box, _file in dialog.boxes] == [True, True]
    assert dialog.until_box.currentData() == "07:00"
    assert dialog.reference_box.currentData() == "demo-F16.gguf"

    assert dialog.pictures_box.isHidden()

    references = dialog.reference_box
    every = [references.itemData(place) for place in range(references.count())]
    here = next(place for place, each in enumerate(every) if isinstance(each, Candidate))
    references.setCurrentIndex(here)
    references.activated.emit(here)
    box, _file = dialog.boxes[0]
    box.setChecked(False)
    person.until(dialog.begin_button.isEnabled)
    assert "which is on this PC: it takes nothing" in dialog.will.text()
    box.setChecked(True)
    references.setCurrentIndex(0)
    references.activated.emit(0)

    box, _file = dialog.boxes[1]
    box.setChecked(False)
    assert "Tick at least two versions" in dialog.will.text()
    box.setChecked(True)
    person.until(dialog.begin_button.isEnabled)
    assert dialog.will.text().startswith("2 versions, ")
    dialog.keep_box.setCurrentIndex(dialog.keep_box.findData(Keep.NONE))
    dialog.keep_box.activated.emit(dialog.keep_box.currentIndex())
    assert not dialog.begin_button.isEnabled()
    person.until(dialog.begin_button.isEnabled)
    orders: list[LadderOrder] = []
    dialog.begun.connect(orders.append)
    dialog.begin_button.click()
    night = orders[0].night
    assert night is not None
    assert night.keep is Keep.NONE

    person.until(lambda: person.ladder is not None)
    ladder = person.ladder
    assert ladder is not None
    person.until(lambda: ladder.page.entry is not None)
    entry = ladder.page.entry
    assert entry is not None

    def look(_entry: LadderEntry) -> None:
        if REPORT_IS_NEXT in ladder.page.board.strip.words.text():
            shown.set()

    ladder.service.changed.add(look)
    person.window.main.show_page("compare")
    person.until(shown.is_set, "nothing says that the report is next")
    person.until(lambda: entry.state is LadderState.FINISHED)

    notice = person.window.main.notice
    over = "The night is over: 2 of 2 versions of demo measured."
    person.until(lambda: notice.isVisible() and notice.sentence == over)
    person.click("Show the report")
    person.until(lambda: ladder.page.view is not None)
    assert ladder.page.view is not None
    assert all(row.tasks is not None for row in ladder.page.view.rows)
    assert not list((tmp_path / "hub").rglob("*.gguf"))
