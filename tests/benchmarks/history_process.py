"""A window over a long history: ``python -m tests.benchmarks.history_process ENTRIES TIMES``.

Fills a store as the program fills it, opens the real window over it, and prints as JSON: how long
the index took and the gaps meanwhile; how long the first rows and searches take, and those gaps.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject

from app.bootstrap import open_house
from app.store.paths import Paths
from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.window import Window
from tests.benchmarks.watchdog import Watchdog
from tests.helpers import histories
from tests.helpers.window_parts import history_of

WORDS = ("sky blue", "grosse", "größe", "東", "говорит river", "kitch", "model-7", "a", '"', "qqq")
_PATIENCE_SECONDS = 300


class Painted(QObject):
    """Counts how often a widget was painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def until(condition: Callable[[], bool]) -> None:
    """Let the event loop go on until something holds."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        # As the program itself waits: a loop that never rests would take time from its jobs.
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > end:
            raise TimeoutError


def main(entries: int, times: int) -> None:
    """Fill, open, look, search."""
    application = make_application(["shrinkscope"])
    with tempfile.TemporaryDirectory() as home:
        paths = Paths.below(Path(home))
        house = open_house(paths)
        begin = time.time_ns() - entries * 60 * 10**9
        histories.fill(house.connection, histories.Clock(begin), entries)
        store_bytes = paths.database.stat().st_size
        window = Window(Theme(application, ThemeChoice.LIGHT), house)
        window.open([])
        window.main.resize(1280, 800)
        window.main.show()
        window.complete()
        until(lambda: window.jobs.running == 0)
        watchdog = Watchdog(window.main)
        watchdog.start()
        begin_ns = time.perf_counter_ns()
        window.main.show_page("history")
        until(lambda: history_of(window) is not None)
        desk = history_of(window)
        assert desk is not None
        page = desk.page
        rows = page.entries.model
        until(lambda: len(rows.rows) > 0)
        opened_ms = (time.perf_counter_ns() - begin_ns) / 1e6
        until(lambda: page.filters.models.count() > 1 and window.jobs.running == 0)
        read_s = (time.perf_counter_ns() - begin_ns) / 1e9
        read_gaps = watchdog.stop()
        read_queue = watchdog.queued_ns
        until(lambda: len(rows.rows) >= entries)

        painted = Painted()
        page.installEventFilter(painted)

        def look(words: str) -> float:
            page.filters.search.blockSignals(True)
            page.filters.search.setText(words)
            page.filters.search.blockSignals(False)
            told = False

            def note(*_told: object) -> None:
                nonlocal told
                told = True
                painted.count = 0
                page.update()

            page.entries.chosen.connect(note)
            start_ns = time.perf_counter_ns()
            desk.find()
            until(lambda: told and painted.count > 0)
            took_ms = (time.perf_counter_ns() - start_ns) / 1e6
            page.entries.chosen.disconnect(note)
            until(lambda: not desk.finds and window.jobs.running == 0)
            return took_ms

        for words in ("", WORDS[0]):
            look(words)  # what any page needs at first
        watchdog.start()
        first_ms: list[float] = []
        for _ in range(times):
            look("qqq")  # else the list would only be looked through for what has changed
            first_ms.append(look(""))
        search_ms = {words: sorted(look(words) for _ in range(3))[1] for words in WORDS}
        gaps = watchdog.stop()
        answer = {
            "opened_ms": opened_ms,
            "read_s": read_s,
            "read_gaps_ns": read_gaps[0],
            "read_own_ns": read_gaps[1],
            "read_queued_ns": read_queue,
            "first_ms": first_ms,
            "search_ms": search_ms,
            "gaps_ns": gaps[0],
            "own_ns": gaps[1],
            "queued_ns": watchdog.queued_ns,
            "store_bytes": store_bytes,
            "index_bytes": paths.history_index.stat().st_size,
        }
        window.take_down()
        window.main.close_for_good()
        house.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
