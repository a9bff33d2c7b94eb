"""Original weights to convert: those on this PC or a folder, once a person knows what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.lab.convert.environment import DISK_BYTES, DOWNLOAD_BYTES, Converter
from app.lab.convert.originals import original_in
from app.ui.kit.icons import icon
from app.ui.kit.plain import caption
from app.ui.kit.question import Question
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.lab.convert.originals import Original
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Jobs


@dataclass(frozen=True, slots=True)
class ConversionBackends:
    """What converting stands on.

    Attributes:
        jobs: The door to background work.
        files: Asks for a folder.
        originals: Called in a job: original weights that are on this PC already.
        converter: What turns such weights into model files.
    """

    jobs: Jobs
    files: FileDialogs
    originals: Callable[[], Sequence[Original]]
    converter: Converter


class Conversion(QObject):
    """Main thread.

    Signals:
        said: A sentence for the status line.
        wanted: These weights (Original) are to be converted, by what is downloaded first.

    Args:
        backends: What it stands on.
        over: The page.

    Attributes:
        action: Begins it.
        question: Says what the converter takes; for the page's top.
        menu: Of the weights on this PC.
    """

    said = Signal(str)
    wanted = Signal(object)

    def __init__(self, backends: ConversionBackends, over: QWidget) -> None:
        super().__init__(over)
        self._backends = backends
        self.action = QAction(icon("folder"), self.tr("Convert original weights …"), over)
        self.action.triggered.connect(self._offer)
        self.question = Question()
        self.question.keep_button.setText(self.tr("Not now"))
        self.menu = QMenu(over)

    def _offer(self) -> None:
        """Those that are here, else straight to a folder."""
        self._backends.jobs.run(
            lambda _context: self._backends.originals(),
            done=self._show,
            failed=lambda error: self.said.emit(sentence(error)),
        )

    def _show(self, found: Sequence[Original]) -> None:
        if not found:
            self._ask_folder()
            return
        self.menu.clear()
        for each in found:
            action = self.menu.addAction(caption(f"{each.name} · {byte_size(each.file_bytes)}"))
            action.triggered.connect(lambda _on=False, one=each: self._agree(one))
        self.menu.addSeparator()
        self.menu.addAction(self.tr("A folder …")).triggered.connect(self._ask_folder)
        self.menu.popup(QCursor.pos())

    def _ask_folder(self) -> None:
        title = self.tr("A folder with original weights")
        chosen = self._backends.files.folder(title, Path.home())
        if chosen is not None:
            self._backends.jobs.run(
                lambda _context: original_in(chosen),
                done=self._agree,
                failed=lambda error: self.said.emit(sentence(error)),
            )

    def _agree(self, original: Original) -> None:
        """Convert, once the person knows what is downloaded for it."""
        if self._backends.converter.is_there:
            self.wanted.emit(original)
            return
        words = self.tr(
            "Converting needs llama.cpp’s converter with PyTorch: {download} to download, {disk} on"
            " the disk, some minutes. It is got once; the settings delete it with what can be made"
            " again."
        )
        self.question.ask(
            words.format(download=byte_size(DOWNLOAD_BYTES), disk=byte_size(DISK_BYTES)),
            self.tr("Get it and convert {name}").format(name=original.name),
            lambda: self.wanted.emit(original),
        )
