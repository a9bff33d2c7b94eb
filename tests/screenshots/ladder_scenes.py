"""The states of the Ladder page, with the demo model really measured."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtTest import QTest

from app.core.candidates.candidate import candidate_of
from app.core.ladder.results import StepKind
from app.lab.demo.demo import DemoFiles
from app.lab.works.ladders.entry import LadderState
from tests.helpers import gguf_files
from tests.screenshots.scenes import LONG_NAME, _close_others, _made

if TYPE_CHECKING:
    from app.ui.pages.ladder.page import LadderPage
    from tests.e2e.person import Person
    from tests.screenshots.studio import Studio


def ladder(studio: Studio) -> None:
    """The demo model's ladder, measured."""
    with studio.window() as person:
        page = _open(person)
        _measure_demo(person, page)
        studio.take("ladder")


def all_of_it(studio: Studio) -> None:
    """Before, while and after it is measured, with everything that belongs to it."""
    with studio.window() as person:
        page = _open(person)
        studio.take("ladder-empty")
        page.commands.demo.trigger()
        _while_at(person, page, StepKind.QUALITY, row=2)
        page.commands.pause.trigger()
        studio.take("ladder-paused")
        page.commands.go_on.trigger()
        person.until(lambda: _entry_state(page) is LadderState.MEASURING)
        studio.take("ladder-measuring")
        _until_measured(person, page)
        studio.take("ladder")
        board = page.board
        for panel, name in (
            (board.details, "details"),
            (board.sentences, "sentences"),
            (board.votes, "votes"),
        ):
            assert panel is not None
            board.show_tab(panel)
            studio.take(f"ladder-{name}")
        assert board.plots is not None
        board.show_tab(board.plots)
        studio.take("ladder-columns", lambda: _menu(page.top.columns_button.click))
        _close_others(person)
        studio.take("ladder-report", lambda: _menu(page.top.report_button.click))
        _close_others(person)
        person.click("Compare")
        person.click("Measure what each version loses …")
        studio.take("ladder-picker")


def troubles(studio: Studio) -> None:
    """Names longer than any column; a file that crashes, and one that is gone."""
    home = studio.home
    with studio.window() as person:
        page = _open(person)
        demo = DemoFiles.below(home / "cache" / "demo")
        paths = [home / f"{level}-{LONG_NAME}" for level in ("F16", "Q4_K_M")]
        for level, path in zip(("F16", "Q4_K_M"), paths, strict=True):
            shutil.copy(demo.path(level), path)
        crashes = gguf_files.write_duplicate_token_model(home / "odd-vocabulary.gguf")
        page.pick([candidate_of(path) for path in (*paths, crashes)], candidate_of(paths[0]))
        studio.take("ladder-picker-long-names")
        person.click("Measure")
        _until_measured(person, page)
        page.board.table.choose(str(crashes))
        page.board.show_tab(page.board.details)
        studio.take("ladder-failed-row")
        gone = home / "gone.gguf"
        page.pick([candidate_of(gone), candidate_of(paths[1])], candidate_of(gone))
        person.click("Measure")
        person.until(lambda: _entry_state(page) is LadderState.FAILED)
        studio.take("ladder-failed")


def _open(person: Person) -> LadderPage:
    _made(person)
    person.click("Which one?")
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(lambda: page.isVisible() and page.commands.demo.isEnabled())
    return page


def _measure_demo(person: Person, page: LadderPage) -> None:
    person.click("Measure the demo model")
    _until_measured(person, page)


def _until_measured(person: Person, page: LadderPage) -> None:
    person.until(lambda: _entry_state(page) in (LadderState.FINISHED, LadderState.FAILED))
    entry = page.entry
    assert entry is not None
    result = entry.result
    assert result is not None
    person.until(lambda: page.view is not None and page.view.elapsed_ns == result.elapsed_ns)
    QTest.qWait(100)


def _while_at(person: Person, page: LadderPage, kind: StepKind, row: int) -> None:
    def there() -> bool:
        entry = page.entry
        progress = entry.progress if entry is not None else None
        step = progress.step if progress is not None else None
        return step is not None and step.kind is kind and step.files[0] == entry.keys[row]

    person.until(there)


def _entry_state(page: LadderPage) -> LadderState | None:
    return page.entry.state if page.entry is not None else None


def _menu(click: Callable[[], object]) -> None:
    click()
    QTest.qWait(50)


README: dict[str, Callable[[Studio], None]] = {"ladder": ladder}
ALL: dict[str, Callable[[Studio], None]] = {"ladder": all_of_it, "ladder_troubles": troubles}
