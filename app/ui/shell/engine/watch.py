"""Watches the machine and the engines of the open chat, and tells panes and plots."""

from __future__ import annotations

from queue import SimpleQueue
from typing import TYPE_CHECKING

from app.monitor.sampler import Monitor
from app.ui.kit.queues import drained

if TYPE_CHECKING:
    from app.lab.compare.session import Session
    from app.monitor.samples import Sample
    from app.ui.plots.live import LivePlots


_BUSY_S, _REST_S = 0.2, 1.0


class EngineWatch:
    """The monitor thread puts samples down; :meth:`pump` takes them. Main thread only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._samples: SimpleQueue[Sample] = SimpleQueue()
        self._monitor = Monitor(self._samples.put)
        self._watched: dict[str, int] = {}

    def start(self) -> None:
        """Take samples from now on."""
        self._monitor.start()

    def stop(self) -> None:
        """Take no more."""
        self._monitor.stop()

    def follow(self, key: str) -> bool:
        """A pane has changed: watch the engine that it has now; tells whether that is a new one."""
        if self._session.chat.pane(key) is None:
            return False
        pid = self._session.pane(key).pid
        if pid == self._watched.get(key):
            return False
        if pid is None:
            self._monitor.unwatch(key)
            self._watched.pop(key, None)
            return False
        self._monitor.watch(key, pid)
        self._watched[key] = pid
        return True

    def forget_closed(self) -> None:
        """Panes were closed: watch their engines no more."""
        for key in [k for k in self._watched if self._session.chat.pane(k) is None]:
            self._monitor.unwatch(key)
            del self._watched[key]

    def pump(self, plots: LivePlots) -> None:
        """Hand the samples that came to plots and panes; more come while something happens."""
        self._monitor.set_interval(_BUSY_S if self._session.busy else _REST_S)
        for sample in drained(self._samples):
            plots.add_sample(sample.time_ns, sample)
            for key, engine in sample.engines.items():
                if self._session.chat.pane(key) is not None:
                    pane = self._session.pane(key)
                    pane.note_memory(engine.private_bytes, engine.mapped_bytes)
