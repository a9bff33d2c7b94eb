"""A window in a process of its own that shows every page at small sizes and says what is cut.

``python -m tests.e2e.small_window FOLDER PERCENT [PICTURES]``: text is as large as ``PERCENT`` of
the system's. Prints one JSON object: by page and size, the texts that are cut.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtTest import QTest

from app.core.hub_names import HubAddress
from app.lab.works.ladders.entry import LadderState
from app.store.paths import Paths
from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.pages.models.repository.repository import OpenState
from app.ui.pages.scale.part import ScalePart
from app.ui.pages.shrink.part import ShrinkPart
from app.ui.shell.help import HelpPanel
from app.ui.shell.rail import Rail
from tests.e2e.measuring_window import choose_questions
from tests.e2e.person import Person
from tests.helpers.cut_texts import cut_texts
from tests.helpers.fake_hub import FakeFile, FakeHub, FakeRepository
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama
from tests.helpers.window_parts import history_of, part_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

SIZES = ((1280, 800), (1024, 700), (800, 560))
_SETTLE_MS = 200
_PATIENCE_SECONDS = 10.0
_REPO = "a-publisher/A-model-of-some-size-Instruct-GGUF"


class Round:
    """Goes through the window's pages, and looks at each of them in each size."""

    def __init__(self, person: Person, pictures: Path | None) -> None:
        self._person = person
        self._pictures = pictures
        self.found: dict[str, list[str]] = {}

    def look(self, name: str, prepare: Callable[[], object] = lambda: None) -> None:
        """See the page that is open, in all sizes."""
        main = self._person.window.main
        for width, height in SIZES:
            main.resize(width, height)
            QTest.qWait(_SETTLE_MS)
            prepare()
            QTest.qWait(_SETTLE_MS)
            case = f"{name} {width}×{height}"
            end = time.monotonic() + _PATIENCE_SECONDS
            # On a busy PC the last layout may come later.
            while (cut := self._cut(width, height)) and time.monotonic() < end:
                QTest.qWait(_SETTLE_MS)
            self.found[case] = cut
            if self._pictures is not None:
                main.grab().save(str(self._pictures / f"{case}.png"))

    def _cut(self, width: int, height: int) -> list[str]:
        """What is cut now."""
        main, page = self._person.window.main, self._shown()
        room = page.parentWidget()
        assert room is not None
        rail = main.findChild(Rail)
        assert rail is not None
        around = rail.parentWidget()
        assert around is not None
        cut = sorted({*cut_texts(page, room), *cut_texts(rail, around)})
        if (main.width(), main.height()) != (width, height):
            cut.append(f"MainWindow: became {main.width()}×{main.height()}")
        return cut

    def _shown(self) -> QWidget:
        main = self._person.window.main
        panel = main.findChild(HelpPanel)
        page = main.current_page
        assert page is not None
        return panel if panel is not None and panel.isVisible() else page.widget


def go_round(person: Person, folder: Path, pictures: Path | None) -> Round:
    """Bring every page into the states that people see most."""
    main, found = person.window.main, Round(person, pictures)
    person.until(lambda: all(pane.model or pane.failure for pane in person.panes))
    found.look("compare new")
    person.session.ask("What is 17 + 25? Say it in one number.")
    person.until(person.answered)
    person.rest()
    found.look("compare")
    person.window.requests.measure.tell([pane.candidate for pane in person.panes])
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(page.picker.isVisible)
    found.look("picker")
    questions = folder / "questions.jsonl"
    questions.write_text(
        "\n".join(json.dumps({"prompt": f"{n} + 1?", "answer": n + 1}) for n in range(12))
    )
    choose_questions(page, questions)
    person.click("Measure")
    entry = page.entry
    assert entry is not None
    person.until(lambda: entry.state in (LadderState.FINISHED, LadderState.FAILED))
    person.until(lambda: page.view is not None)
    found.look("ladder")
    main.show_page("models")
    found.look("models new")
    models = person.models.page
    models.open_address(HubAddress(_REPO))
    person.until(lambda: models.panel.opening.state is OpenState.SHOWN)
    person.until(lambda: models.panel.files.predictions.share == 1)
    found.look("models")
    models.show_tab(1)
    person.until(lambda: bool(person.models.library.models) and not person.models.library.scanning)
    found.look("library")
    for place, name in enumerate(("servers", "serve"), 2):
        models.show_tab(place)
        found.look(name)
    _look_elsewhere(person, found)
    main.show_page("history")
    history = None
    while history is None:
        QTest.qWait(20)
        history = history_of(person.window)
    rows = history.page.entries.model
    person.until(lambda: len(rows.rows) > 1)
    found.look("history", lambda: history.page.entries.choose(0))
    for name in ("settings", "about"):
        main.show_page(name)
        found.look(name)
    main.toggle_help()
    found.look("help")
    main.explain("drift")
    found.look("words")
    return found


def _look_elsewhere(person: Person, found: Round) -> None:
    """The pages that are built when they are first wanted, tab by tab."""
    main = person.window.main
    scale, shrink = part_of(person.window, ScalePart), part_of(person.window, ShrinkPart)
    main.show_page("shrink")
    person.until(lambda: shrink.desk is not None)
    assert shrink.desk is not None
    person.until(lambda: bool(shrink.desk and shrink.desk.page.making.versions.rows))
    for place in range(shrink.desk.page.tabs.count()):
        shrink.desk.page.tabs.setCurrentIndex(place)
        found.look(f"shrink-{place}")
    shrink.desk.page.tabs.setCurrentIndex(0)
    shrink.desk.page.making.more_button.click()
    found.look("shrink-more")
    main.show_page("scale")
    person.until(lambda: scale.desk is not None)
    assert scale.desk is not None
    found.look("scale")
    scale.desk.page.chart.choose("LLaMA 13B")
    found.look("scale-chosen")
    scale.desk.page.tabs.setCurrentIndex(1)
    elsewhere = scale.desk.page.elsewhere
    person.until(lambda: len(elsewhere.model.rows) > 40)
    found.look("devices")


def main(folder: Path, percent: int, pictures: Path | None) -> None:
    """Write models, open the window over them, look."""
    app = make_application(["shrinkscope"])
    theme = Theme(app, ThemeChoice.LIGHT)
    mine = folder / "models"
    mine.mkdir(parents=True)
    facts = {"general.name": "A model of some size", "general.license": "mit"}
    write_tiny_llama(mine / "a-model-of-some-size-Q4_K_M.gguf", metadata=facts)
    files = [
        write_scripted_model(folder / f"a-model-{level}.gguf", [*answer], metadata=facts)
        for level, answer in (("F16", "42"), ("Q8_0", "42"), ("Q4_K_M", "42"), ("Q2_K", "43"))
    ]
    content = write_tiny_llama(folder / "hub.gguf", seed=7, metadata=facts)
    levels = ("Q8_0", "Q6_K", "Q4_K_M", "Q2_K")
    repository = FakeRepository(
        _REPO,
        [FakeFile(f"a-model-{level}.gguf", content) for level in levels],
        facts={"downloads": 42_000, "gguf": {"total": 2_000_000, "context_length": 512}},
    )
    with FakeHub(repository) as hub:
        os.environ["HF_ENDPOINT"] = hub.endpoint
        os.environ["HF_HOME"] = str(folder / "hf")
        os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        paths = Paths.default()
        paths.settings.parent.mkdir(parents=True, exist_ok=True)
        settings = {"version": 1, "library_folders": [str(mine)], "text_percent": percent}
        paths.settings.write_text(json.dumps(settings))
        person = Person(theme, paths, files, size=SIZES[0])
        found = go_round(person, folder, pictures)
        person.close()
    sys.stdout.write(json.dumps(found.found, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
