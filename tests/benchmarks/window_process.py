"""The measured side: the real window in a process of its own, led by lines on its stdin.

``python -m tests.benchmarks.window_process [MODEL…]``; see :mod:`tests.benchmarks.windows` for the
other side. Every command is one JSON line and is answered by one JSON line when it is done.
"""

from __future__ import annotations

import cProfile
import ctypes
import gc
import itertools
import json
import os
import pstats
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil
from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from app.bootstrap import open_house, start_logging
from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.settings import CompareMode
from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.core.hub_names import HubAddress
from app.lab.compare.panes import PaneState
from app.lab.works.ladders.entry import LadderState
from app.lab.works.work import WorkState
from app.monitor.samples import EngineSample, Sample
from app.store.paths import Paths
from app.ui.answers.document import AnswerDocument
from app.ui.application import make_application
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.pages.models.downloads.model import DownloadRole
from app.ui.pages.models.repository.repository import OpenState
from app.ui.window import Stage, Window
from tests.benchmarks.watchdog import Watchdog
from tests.helpers.heavy_texts import HEAVY_TEXTS
from tests.helpers.window_parts import compare_of, ladder_of, models_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.bootstrap import House
    from app.ui.answers.markdown import MarkdownView
    from app.ui.pages.models.desk import ModelsDesk
    from app.ui.pages.models.downloads.queue_view import DownloadEntry

WIDTH_PX, HEIGHT_PX = 1280, 800
NEVER_IMPORTED = ("llama_cpp", "huggingface_hub", "httpx2", "asyncio")
AFTER_STOP_MS = 400
SETTLE_MS = 500
PROFILE_LINES = 45
HOUR_S = 3600
SAMPLES_PER_S = 5
SPEEDS_PER_S = 30
PAUSE = "\0" * 8
PAGE = """Some prose that a person could read without haste, with `code` and **bold** words in it.

1. First, look at the list.
2. Then at the table below.

| version | bits |
|---|---|
| Q8_0 | 8.5 |
| Q4_K_M | 4.9 |

```python
def total(numbers: list[int]) -> int:
    return sum(numbers)  # as simple as that
```
"""


class Driver(QObject):
    """Carries out one command at a time on the window's own thread."""

    def __init__(self, window: Window, house: House, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._house = house
        self._pending = b""
        self._watchdog = Watchdog(self)
        self._ask: dict[str, Any] | None = None
        self._cpu_s = 0.0
        self._profile: cProfile.Profile | None = None
        self._stopped_ns: int | None = None
        self._shown: dict[str, int] = {}
        self._grew_ns = 0
        self._notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._read)
        self._page = compare_of(window).view
        compare_of(window).signals.pane_changed.connect(self._on_changed)

    def _read(self) -> None:
        chunk = os.read(0, 1 << 16)
        if not chunk:
            self._notifier.setEnabled(False)
            self._window.quit()
            return
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        for line in lines:
            command = json.loads(line)
            getattr(self, f"_do_{command['do']}")(command)

    @staticmethod
    def reply(**facts: object) -> None:
        """Answer the command in progress."""
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()

    # --- answers --------------------------------------------------------------------------

    def _do_ask(self, command: dict[str, Any]) -> None:
        """Ask all panes, in a new chat if wanted; answered when every answer has ended."""
        if command.get("new_chat"):
            self._page.controller.new_chat()
            # What is measured is an answer, not the change to another chat.
            QTimer.singleShot(SETTLE_MS, lambda: self._begin(command))
        else:
            self._begin(command)

    def _begin(self, command: dict[str, Any]) -> None:
        session, page = self._window.session, self._page
        sampling = msgspec.structs.replace(
            session.chat.sampling, max_tokens=command["max_tokens"], temperature=0.0
        )
        page.controller.set_sampling(sampling)
        for pane in session.panes if command.get("threads") else []:
            engine = msgspec.structs.replace(pane.candidate.engine, threads=command["threads"])
            page.controller.update_candidate(pane.setup.running(engine=engine))
        page.controller.set_mode(CompareMode(command["mode"]))
        self._ask = command
        self._stopped_ns = None
        if command.get("watch"):
            self._watchdog.start()
        if command.get("stop_after_tokens"):
            self._watchdog.ticked = self._on_tick
            self._watchdog.start()
        self._cpu_s = time.process_time()
        if not page.controller.ask(command["prompt"]):
            self._ask = None
            self.reply(error=page.notice.accessibleDescription() or "the session refused")

    def _on_changed(self) -> None:
        if self._ask is None or self._window.session.busy:
            return
        command, self._ask = self._ask, None
        wait_ms = AFTER_STOP_MS if command.get("stop_after_tokens") else command.get("rest_ms", 0)
        QTimer.singleShot(wait_ms, self._finish_ask)

    def _finish_ask(self) -> None:
        cpu_s = time.process_time() - self._cpu_s
        self._watchdog.ticked = None
        gaps_ns, own_ns = self._watchdog.stop()
        session = self._window.session
        turn = session.chat.turns[-1]
        answers = [turn.answers[pane.key] for pane in session.panes]
        figures = [a.figures for a in answers]
        after_ms = None
        if self._stopped_ns is not None:
            after_ms = max(0, self._grew_ns - self._stopped_ns) / 1e6
        self.reply(
            prompt_tokens=[f.prompt_tokens if f else None for f in figures],
            generated_tokens=[f.generated_tokens if f else None for f in figures],
            tokens_per_second=[f.tokens_per_second if f else None for f in figures],
            stop_reasons=[str(a.stop_reason) for a in answers],
            errors=[a.error for a in answers],
            gaps_ns=gaps_ns,
            own_ns=own_ns,
            queued_ns=self._watchdog.queued_ns,
            cpu_s=cpu_s,
            text_after_stop_ms=after_ms,
        )

    # --- stopping -------------------------------------------------------------------------

    def _on_tick(self, now_ns: int) -> None:
        """Once a millisecond: press Stop when enough has come, then see whether text still does."""
        if self._stopped_ns is None:
            if self._ask is not None and self._all_have(self._ask["stop_after_tokens"]):
                self._shown = self._lengths()
                self._stopped_ns = self._grew_ns = time.perf_counter_ns()
                self._page.commands.stop.trigger()
            return
        shown = self._lengths()
        if shown != self._shown:
            self._shown = shown
            self._grew_ns = now_ns

    def _all_have(self, tokens: int) -> bool:
        panes = self._window.session.panes
        return all(p.state is PaneState.GENERATING and p.live_tokens >= tokens for p in panes)

    def _lengths(self) -> dict[str, int]:
        """Characters of its last answer that each pane has rendered."""
        lengths: dict[str, int] = {}
        for view in self._page.panes.views():
            answers = view.answers
            text = answers[-1].text if answers else None
            document = text.document() if text is not None else None
            lengths[view.key] = len(document.source) if isinstance(document, AnswerDocument) else 0
        return lengths

    # --- memory and modules ---------------------------------------------------------------

    def _do_open_chat(self, command: dict[str, Any]) -> None:
        self._watchdog.start()
        begin_ns = time.perf_counter_ns()
        self._page.controller.open_chat(command["id"])
        opened_ms = (time.perf_counter_ns() - begin_ns) / 1e6

        def done() -> None:
            turns = len(self._window.session.chat.turns)
            gaps_ns, own_ns = self._watchdog.stop()
            own_ms = max(own_ns, default=0) / 1e6
            worst_ms = max(gaps_ns, default=0) / 1e6
            self.reply(turns=turns, opened_ms=opened_ms, worst_ms=worst_ms, own_ms=own_ms)

        QTimer.singleShot(1500, done)

    def _do_open_servers(self, command: dict[str, Any]) -> None:
        """Begin a chat with models of servers: an address and a model each."""
        served = [ServerModel(url=url, model=model) for url, model in command["models"]]
        self._window.session.start_with([Candidate(each) for each in served])
        QTimer.singleShot(SETTLE_MS, self.reply)

    def _do_scroll_back(self, command: dict[str, Any]) -> None:
        """Scroll to the top of what there is in every pane, as often as asked."""
        left = command["times"]

        def step() -> None:
            nonlocal left
            if left == 0:
                timer.stop()
                timer.deleteLater()
                views = [len(view.answers) for view in self._page.panes.views()]
                self.reply(views=views)
                return
            left -= 1
            self._page.panes.transcript.verticalScrollBar().setValue(0)

        timer = QTimer(self)
        timer.timeout.connect(step)
        timer.start(1000)

    def _do_feed_hour(self, _command: dict[str, Any]) -> None:
        """An hour of samples and speeds of every pane, a minute a turn of the event loop."""
        keys = [pane.key for pane in self._window.session.panes]
        now_ns = time.monotonic_ns()
        minute = 0

        def step() -> None:
            nonlocal minute
            if minute == HOUR_S // 60:
                timer.stop()
                timer.deleteLater()
                QTimer.singleShot(1500, lambda: self.reply(keys=len(keys)))
                return
            begin_ns = now_ns - (HOUR_S - 60 * minute) * 1_000_000_000
            self._feed_minute(keys, begin_ns)
            minute += 1

        timer = QTimer(self)
        timer.timeout.connect(step)
        timer.start(0)

    def _feed_minute(self, keys: list[str], begin_ns: int) -> None:
        plots = compare_of(self._window).plots
        for step in range(60 * SPEEDS_PER_S):
            time_ns = begin_ns + step * 1_000_000_000 // SPEEDS_PER_S
            for place, key in enumerate(keys):
                plots.add_speed(key, time_ns, 20.0 + place + step % 7)
            if step % (SPEEDS_PER_S // SAMPLES_PER_S) == 0:
                plots.add_sample(time_ns, _sample(time_ns, keys, step))

    def _do_memory(self, _command: dict[str, Any]) -> None:
        gc.collect()
        info = psutil.Process().memory_info()
        self.reply(rss_bytes=info.rss, shared_bytes=getattr(info, "shared", None))

    def _do_census(self, _command: dict[str, Any]) -> None:
        """Delete all chats but the one that is open, collect garbage, count Python's objects."""
        session = self._window.session
        session.delete_chats([c.id for c in session.list_chats() if c.id != session.chat.id])

        def count() -> None:
            gc.collect()
            _hand_back()
            self.reply(tracked=len(gc.get_objects()))

        # What Qt is to delete later is gone by then.
        QTimer.singleShot(SETTLE_MS, count)

    def _do_qt_objects(self, _command: dict[str, Any]) -> None:
        """Count Qt's objects. Each gets a Python object by that, which stays: seldom."""
        objects = len(self._window.main.findChildren(QObject))
        self.reply(widgets=len(QApplication.allWidgets()), objects=objects)

    def _do_modules(self, _command: dict[str, Any]) -> None:
        heads = {name.partition(".")[0] for name in sys.modules}
        self.reply(imported=sorted(heads & set(NEVER_IMPORTED)))

    def _do_profile(self, command: dict[str, Any]) -> None:
        """Begin to profile this thread by its processor time, or end and write it to stderr."""
        if command["on"]:
            self._profile = cProfile.Profile(time.thread_time)
            self._profile.enable()
        elif self._profile is not None:
            self._profile.disable()
            statistics = pstats.Stats(self._profile, stream=sys.stderr)
            statistics.sort_stats("cumulative").print_stats(PROFILE_LINES)
            statistics.sort_stats("tottime").print_stats(PROFILE_LINES)
            self._profile = None
        self.reply()

    def _do_quit(self, _command: dict[str, Any]) -> None:
        self._notifier.setEnabled(False)
        self.reply()
        self._window.quit()

    # --- a measurement --------------------------------------------------------------------

    def _do_measure(self, _command: dict[str, Any]) -> None:
        """Begin to measure the panes' files; answered when it is under way."""
        window = self._window
        candidates = [pane.candidate for pane in window.session.panes]
        window.requests.measure.tell(candidates)

        def ready() -> bool:
            desk = ladder_of(window)
            return desk is not None and desk.page.picker.measure_button.isEnabled()

        def begin() -> None:
            desk = ladder_of(window)
            assert desk is not None
            page = desk.page
            page.picker.measure_button.click()
            self._when(
                lambda: page.entry is not None and page.entry.state is LadderState.MEASURING,
                self.reply,
            )

        self._when(ready, begin)

    def _do_measured(self, _command: dict[str, Any]) -> None:
        """Say whether it is still under way."""
        desk = ladder_of(self._window)
        entry = desk.page.entry if desk is not None else None
        self.reply(at_work=entry is not None and entry.state is LadderState.MEASURING)

    def _do_minimise(self, _command: dict[str, Any]) -> None:
        """Take the window from the screen, as minimising does."""
        self._window.main.showMinimized()
        handle = self._window.main.windowHandle()
        if handle is not None and handle.isExposed():  # nobody manages windows here
            handle.setVisible(False)
        QTimer.singleShot(SETTLE_MS, self.reply)

    # --- the theme ------------------------------------------------------------------------

    def _do_long_chat(self, command: dict[str, Any]) -> None:
        """Open a chat in which every pane has answered many times."""
        panes = self._window.session.chat.panes
        turns = [
            Turn(
                number,
                "Say it once more, please.",
                {pane.key: Answer(PAGE, stop_reason=StopReason.END) for pane in panes},
            )
            for number in range(command["turns"])
        ]
        chat = Chat(0, panes=list(panes), turns=turns)
        self._page.controller.open_chat(self._house.chats.create(chat).id)
        QTimer.singleShot(
            2 * SETTLE_MS, lambda: self._when(lambda: self._page.panes.at_rest, self.reply)
        )

    def _do_look_around(self, _command: dict[str, Any]) -> None:
        """Open every page once, and come back to the first."""
        pages = [part.page.id for part in self._window.parts]

        def look() -> None:
            if pages:
                self._window.main.show_page(pages.pop())
                QTimer.singleShot(3 * SETTLE_MS, look)
            else:
                self.reply()

        look()

    def _do_theme(self, command: dict[str, Any]) -> None:
        """Change the theme again and again; this thread's time for each until it rests."""
        own_ms: list[float] = []
        theme, left = self._theme, command["times"]

        def change() -> None:
            nonlocal left
            if left == 0:
                self.reply(own_ms=own_ms, widgets=len(QApplication.allWidgets()))
                return
            left -= 1
            begin_ns = time.thread_time_ns()
            theme.set_choice(ThemeChoice.DARK if left % 2 else ThemeChoice.LIGHT)

            def done() -> None:
                own_ms.append((time.thread_time_ns() - begin_ns) / 1e6)
                change()

            QTimer.singleShot(SETTLE_MS, done)

        change()

    # --- models ---------------------------------------------------------------------------

    def _do_open_repository(self, command: dict[str, Any]) -> None:
        """Show a repository of the Hub; answered when all of its files are predicted."""
        page = self._models().page
        self._window.main.show_page("models")
        page.open_address(HubAddress(command["repo"]))
        files = page.panel.files
        shown = page.panel.opening
        self._when(
            lambda: shown.state is OpenState.SHOWN and files.predictions.share == 1,
            lambda: self.reply(files=files.model.rowCount()),
        )

    def _do_download_and_search(self, command: dict[str, Any]) -> None:
        """Press Download for files and type searches until they are here."""
        models = self._models()
        page, words = models.page, models.page.search_pane.filters.words
        # A pause after each word, in which its search is answered and looked at.
        letters = itertools.cycle("".join(f"{word}{PAUSE}\n" for word in command["searches"]))
        typed = found = 0

        def type_one() -> None:
            nonlocal typed, found
            letter = next(letters)
            if letter == "\n":
                found += page.search.model.rowCount() > 0
                words.clear()
            elif letter != PAUSE[0]:
                words.insert(letter)
                typed += 1

        timer = QTimer(self)
        timer.timeout.connect(type_one)
        for name in command["files"]:
            page.panel.files.model.check(name)
        self._watchdog.start()
        page.panel.files.download_button.click()
        timer.start(command["letter_ms"])

        def done() -> None:
            gaps_ns, own_ns = self._watchdog.stop()
            timer.stop()
            timer.deleteLater()
            words.clear()
            errors = [entry.problem for entry in self._entries() if entry.problem]
            self.reply(gaps_ns=gaps_ns, own_ns=own_ns, typed=typed, found=found, errors=errors)

        ended = {WorkState.DONE, WorkState.FAILED}
        self._when(lambda: all(each.state in ended for each in self._entries()), done)

    def _do_scan(self, command: dict[str, Any]) -> None:
        """Look through a folder that was never looked through."""
        library = self._models().library
        self._watchdog.start()
        library.set_own_folders([Path(command["folder"])])

        def done() -> None:
            gaps_ns, own_ns = self._watchdog.stop()
            self.reply(gaps_ns=gaps_ns, own_ns=own_ns, models=len(library.models))

        self._when(lambda: not library.scanning, done)

    def _models(self) -> ModelsDesk:
        return models_of(self._window)

    def _entries(self) -> Sequence[DownloadEntry]:
        downloads = self._models().page.downloads.model
        rows = range(downloads.rowCount())
        return [downloads.index(row).data(DownloadRole.ENTRY) for row in rows]

    # --- heavy answers --------------------------------------------------------------------

    def _do_heavy(self, command: dict[str, Any]) -> None:
        """Open, format and grow an answer of one construct; the worst gap of each step."""
        text = HEAVY_TEXTS[command["name"]](command["characters"])
        session, main = self._window.session, self._window.main
        panes = session.chat.panes
        key = panes[0].key
        answer = Answer(text, stop_reason=StopReason.END)
        chat = Chat(0, panes=list(panes), turns=[Turn(0, "Say it.", {key: answer})])
        worst_ms: dict[str, float] = {}
        own_ms: dict[str, float] = {}

        def view() -> MarkdownView:
            return self._page.panes.views()[0].answers[-1].text

        def opened() -> None:
            self._page.controller.open_chat(self._house.chats.create(chat).id)

        def grow() -> None:
            session.new_chat()
            growing = Answer()
            turn = Turn(0, "Say it.", {key: growing})
            session.chat.turns.append(turn)
            session.listener.turns_changed()
            ends = iter(range(0, len(text) + 1, len(text) // 100))

            def more() -> None:
                end = next(ends, None)
                growing.text = text[:end]
                if end is None:
                    timer.stop()
                    timer.deleteLater()
                    growing.stop_reason = StopReason.END
                session.listener.answer_changed(turn, key)

            timer = QTimer(self)
            timer.timeout.connect(more)
            timer.start(40)

        steps: list[tuple[str, Callable[[], object], int]] = [
            ("opened", opened, 300),
            ("formatted", lambda: view().parts.set_formatted(True), 100),
            ("at its end", lambda: view().parts.show_end(), 100),
            ("narrower", lambda: main.resize(WIDTH_PX - 200, HEIGHT_PX), 100),
            ("growing", grow, 4500),
        ]

        def step(place: int) -> None:
            if place == len(steps):
                session.chat.turns.clear()
                session.listener.turns_changed()
                main.resize(WIDTH_PX, HEIGHT_PX)
                self.reply(worst_ms=worst_ms, own_ms=own_ms)
                return
            name, do, least_ms = steps[place]
            self._watchdog.start()
            do()

            def done() -> None:
                gaps_ns, cpu_ns = self._watchdog.stop()
                worst_ms[name] = max(gaps_ns, default=0) / 1e6
                own_ms[name] = max(cpu_ns, default=0) / 1e6
                step(place + 1)

            QTimer.singleShot(
                least_ms,
                lambda: self._when(lambda: self._page.panes.at_rest, done),
            )

        step(0)

    def _when(self, happened: Callable[[], bool], then: Callable[[], None]) -> None:
        """Look twenty times a second whether something has happened."""
        timer = QTimer(self)

        def look() -> None:
            if happened():
                timer.stop()
                timer.deleteLater()
                then()

        timer.timeout.connect(look)
        timer.start(50)


def _hand_back() -> None:
    """Have the allocator give back what it keeps for later: what is held is looked at."""
    if sys.platform == "linux" and hasattr(trim := ctypes.CDLL(None), "malloc_trim"):
        trim.malloc_trim(0)


def _sample(time_ns: int, keys: list[str], step: int) -> Sample:
    engine = EngineSample(
        private_bytes=150_000_000 + step * 1000,
        mapped_bytes=300_000_000,
        cpu_percent=90.0 + step % 10,
        resident_bytes=450_000_000 + step * 1000,
    )
    return Sample(
        time_ns=time_ns,
        memory_total_bytes=16_000_000_000,
        memory_available_bytes=8_000_000_000 - step * 1000,
        cpu_percent=80.0,
        engines=dict.fromkeys(keys, engine),
    )


def main() -> int:
    """Open the window as the program does, and tell when it is complete."""
    application = make_application(sys.argv[:1])
    theme = Theme(application)
    paths = Paths.default()
    house = open_house(paths)
    start_logging(paths)
    window = Window(theme, house)
    window.main.resize(WIDTH_PX, HEIGHT_PX)
    window.open([Path(word) for word in sys.argv[1:]])
    window.main.show()
    driver = Driver(window, house, theme)

    def complete() -> None:
        window.complete()
        assert window.stage is Stage.COMPLETE
        driver.reply(pid=os.getpid(), panes=len(window.session.panes))

    QTimer.singleShot(200, complete)
    try:
        return application.exec()
    finally:
        house.close()


if __name__ == "__main__":
    sys.exit(main())
