"""What stands behind the Scale page: what it shows at first, and who finds that out."""

from __future__ import annotations

import shutil
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from app.core.ladder.results import QualityStep, StepKind
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles
from app.lab.ladder.kept import KeptPlan
from app.lab.ladder.plan import LadderPlan, Step
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredStep
from app.store.paths import Paths
from app.store.settings import SettingsFile
from app.ui.kit.late import Place
from app.ui.pages.scale import desk as desks
from app.ui.pages.scale.desk import ScaleDesk
from app.ui.settings.kept_settings import KeptSettings
from tests.helpers.scale_models import library_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.core.models.model_file import ModelFile
    from app.ui.kit.jobs import Jobs
    from app.ui.shell.ground import Ground

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

HERE = (("Llama 3.1 8B Instruct", 8_030_261_248, "Q8_0"), ("Qwen3 4B", 4_020_000_000, "Q8_0"))


@pytest.fixture
def ground(tmp_path: Path, jobs: Jobs, demo_model: Path) -> Ground:
    """What the desk takes of it, with the demo model's levels made."""
    paths = Paths.below(tmp_path / "home")
    paths.create()
    open_database(paths.database).close()
    demo = DemoFiles.below(paths.demo)
    demo.folder.mkdir(parents=True, exist_ok=True)
    for made in demo.missing():
        shutil.copy(demo_model, made)
    found = SimpleNamespace(
        house=SimpleNamespace(paths=paths),
        jobs=jobs,
        kept=KeptSettings(SettingsFile(paths.settings)),
        session=SimpleNamespace(panes=[]),
        demo=demo,
    )
    return cast("Ground", found)


def test_the_first_look_has_all_and_nothing_of_it_keeps_the_window(
    ground: Ground, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    models = library_of(tmp_path, HERE)
    keep_measured(ground.house.paths, *(str(model.path) for model in models))
    readers: list[bool] = []

    def read(path: Path) -> ModelFile:
        readers.append(threading.current_thread() is threading.main_thread())
        return open_model_file(path)

    monkeypatch.setattr(desks, "open_model_file", read)
    place = Place()
    qtbot.addWidget(place)
    place.show()
    desk = ScaleDesk(ground, models, place)
    for _ in desk.build():
        pass
    page = desk.page
    place.fill(page)
    desk.begin(models)
    jobs.wait_all()
    assert desk.page.chart.side.pair.boxes[1].currentText() in {name for name, _, _ in HERE}
    page.chart.kind.setCurrentIndex(1)
    page.chart.kind.activated.emit(1)
    # Measured before anybody looked.
    qtbot.waitUntil(lambda: len(page.chart.board.content.shown) == len(HERE))
    jobs.wait_all()
    assert readers
    assert not any(readers)
    assert sum(point.is_here for point in page.chart.board.content.points) == len(HERE)
    page.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.elsewhere.source.count() == len(HERE) + len(DEMO_LEVELS))
    desk.stop()


def keep_measured(paths: Paths, reference: str, other: str) -> None:
    """A ladder that was measured."""
    connection = open_database(paths.database)
    store = LadderStore(connection)
    plan = LadderPlan(reference, (other,), 2, text_sha256="a" * 64)
    step = Step(StepKind.QUALITY, (other,))
    stored = store.begin("key", msgspec.json.encode(KeptPlan(plan, [step])).decode())
    figures: dict[str, float | int | None] = {
        "bits_per_byte": 0.91, "reference_bits_per_byte": 0.9, "chunks": 16,
    }  # fmt: skip
    result = msgspec.json.encode(QualityStep("engine", figures, (), (), 1, None)).decode()
    store.save_step(stored.id, step.name, StoredStep(result, 1))
    connection.close()
