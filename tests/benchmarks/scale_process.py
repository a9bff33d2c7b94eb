"""A window in which the Scale page is opened: ``python -m tests.benchmarks.scale_process``.

Opens the real window, tells it of so many models whose training is published, waits until it rests
and asks for the page. Prints as JSON how long that took, from the wish to the chart as it is
painted with all of them: on the clock, as processor time of the window's thread, and as that of all
threads; at first, and of a page that is there.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject

from app.bootstrap import open_house
from app.lab.demo.demo import DemoFiles
from app.lab.scale.shipped import shipped_models
from app.store.paths import Paths
from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.pages.scale.part import ScalePart
from app.ui.window import Window
from tests.benchmarks.history_process import until
from tests.helpers.scale_models import library_of
from tests.helpers.window_parts import part_of

MODELS, WIDTH_PX, HEIGHT_PX = 200, 1280, 800
REST_SECONDS = 0.5
CLOCKS = (time.perf_counter_ns, time.thread_time_ns, time.process_time_ns)


class Chart(QObject):
    """Sees whether the chart was painted with all models on it."""

    def __init__(self, part: ScalePart) -> None:
        super().__init__()
        self._part = part
        self._watches = False
        self.is_painted = False

    def look(self) -> bool:
        """Whether it was; watches the chart as soon as there is one."""
        if self._part.desk is not None and not self._watches:
            self._watches = True
            self._part.desk.page.chart.board.installEventFilter(self)
        return self.is_painted

    # Qt's own names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._part.desk is not None:
            points = self._part.desk.page.chart.board.content.points
            self.is_painted = sum(point.is_here for point in points) == MODELS
        return super().eventFilter(watched, event)


def main() -> None:
    """Open it."""
    application = make_application(["shrinkscope"])
    with tempfile.TemporaryDirectory() as home:
        paths = Paths.below(Path(home))
        house = open_house(paths)
        demo = DemoFiles.below(paths.demo)
        demo.folder.mkdir(parents=True, exist_ok=True)
        for level in demo.missing():
            shutil.copy(demo.path("F16"), level)
        published = [model for model in shipped_models() if model.named]
        names = [
            (f"{one.named[0]} tuned {n}", one.parameters, "Q4_K_M")
            for n in range(MODELS)
            for one in [published[n % len(published)]]
        ]
        models = library_of(Path(home), names)
        window = Window(Theme(application, ThemeChoice.LIGHT), house)
        window.open([])
        window.main.resize(WIDTH_PX, HEIGHT_PX)
        window.main.show()
        window.complete()
        until(lambda: window.jobs.running == 0)
        window.requests.models.tell(models)
        until(lambda: window.jobs.running == 0)
        chart = Chart(part_of(window, ScalePart))
        times = [_opened(window, chart) for _ in range(2)]
        window.take_down()
        window.main.close_for_good()
        house.close()
    print(json.dumps(dict(zip(("first", "again"), times, strict=True))))


def _opened(window: Window, chart: Chart) -> list[float]:
    """The three times of one opening, in ms; the window goes elsewhere afterwards."""
    chart.is_painted = False
    begun = [clock() for clock in CLOCKS]
    window.main.show_page("scale")
    until(chart.look)
    ended = [(clock() - begin_ns) / 1e6 for clock, begin_ns in zip(CLOCKS, begun, strict=True)]
    window.main.show_page("compare")
    rested = time.monotonic() + REST_SECONDS  # what is read once the page is there
    until(lambda: time.monotonic() > rested and window.jobs.running == 0)
    return ended


if __name__ == "__main__":
    main()
