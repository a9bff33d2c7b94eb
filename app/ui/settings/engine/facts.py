"""What engines say of themselves, for the parts of the window that depend on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.lab.engines.hello import ask_engine, gpus_of
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.engine.protocol.loading import Hello
    from app.ui.kit.jobs import Jobs


class EngineFacts(QObject):
    """Main thread. Knows nothing until an engine has begun, or until it is asked to start one.

    Signals:
        changed: :attr:`hello` or :attr:`problem`.

    Attributes:
        hello: The first line of an engine; None while it is not known.
        problem: Why no engine could be asked, a sentence; else empty.
    """

    changed = Signal()

    def __init__(self, folder: Path, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._jobs = jobs
        self._is_asking = False
        self.hello: Hello | None = None
        self.problem = ""

    @property
    def gpus(self) -> int:
        """How many GPUs layers can be put on; 0 while it is not known."""
        return 0 if self.hello is None else len(gpus_of(self.hello))

    def note(self, hello: Hello) -> None:
        """An engine has begun."""
        if hello.devices != (self.hello.devices if self.hello else None):
            self.hello = hello
            self.problem = ""
            self.changed.emit()

    def ask(self) -> None:
        """Find out in the background, if it is not known."""
        if self.hello is not None or self._is_asking:
            return
        self._is_asking = True
        folder = self._folder
        self._jobs.run(
            lambda _context: ask_engine(folder), done=self._on_told, failed=self._on_failed
        )

    def ask_again(self) -> None:
        """There is another engine: what was known or asked of the one before counts no more."""
        wanted = self.hello is not None or bool(self.problem)
        self.hello, self.problem = None, ""
        if wanted:
            self.changed.emit()
            self.ask()

    def _on_told(self, hello: Hello) -> None:
        self._is_asking = False
        self.note(hello)

    def _on_failed(self, error: PersonError) -> None:
        self._is_asking = False
        self.problem = sentence(error)
        self.changed.emit()
