"""Opens the Scale page again and again: ``python -m tests.benchmarks.scale_process TIMES``.

Prints the processor time of each opening, in ms, as JSON: from the data of so many models to the
page as it is painted. The first one, which loads what any page needs, does not count.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.lab.scale.chart import points_of_chart
from app.lab.scale.shipped import shipped_devices, shipped_law, shipped_models
from app.ui.kit.jobs import Jobs
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.pages.scale.elsewhere.tab import ElsewhereBackends
from app.ui.pages.scale.page import ScalePage
from tests.helpers.scale_models import library_of

MODELS, WIDTH_PX, HEIGHT_PX = 200, 1280, 800


def main() -> None:
    """Open it."""
    application = QApplication([])
    theme = Theme(application, ThemeChoice.LIGHT)
    jobs = Jobs()
    published = [model for model in shipped_models() if model.named]
    with tempfile.TemporaryDirectory() as folder:
        names = [
            (f"{one.named[0]} tuned {n}", one.parameters, "Q4_K_M")
            for n in range(MODELS)
            for one in [published[n % len(published)]]
        ]
        models = library_of(Path(folder), names)
    own_ms: list[float] = []
    for _ in range(int(sys.argv[1]) + 1):
        begin_ns = time.thread_time_ns()
        backends = ElsewhereBackends(
            jobs, lambda _asked, _job: None, shipped_devices(), tuple, lambda _devices: None
        )
        page = ScalePage(shipped_law(), shipped_models(), lambda _one, _other: None, backends)
        page.chart.show_points(*points_of_chart(models, shipped_models(), {}))
        page.elsewhere.show_models(models)
        page.resize(WIDTH_PX, HEIGHT_PX)
        page.show()
        page.grab()
        own_ms.append((time.thread_time_ns() - begin_ns) / 1e6)
        page.close()
        page.deleteLater()
        application.processEvents()
    jobs.shutdown()
    theme.dress(None)
    print(json.dumps(own_ms[1:]))


if __name__ == "__main__":
    main()
