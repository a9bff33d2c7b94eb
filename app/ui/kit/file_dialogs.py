"""Asks for files with the system's own dialogs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.text.clean import as_file_stem
from app.ui.kit.plain import shown_text
from app.ui.kit.words.text import translate


class FileDialogs:
    """Remembers the folder that was used last.

    Attributes:
        last_folder: Where the next dialog opens; empty for the home folder.
        last_pictures: Where the next one for pictures opens; empty for the folder of pictures.
    """

    def __init__(self, window: Callable[[], QWidget]) -> None:
        """``window`` tells over which window the dialogs open."""
        self._window = window
        self.last_folder = ""
        self.last_pictures = ""

    def models(self, title: str = "") -> list[Path]:
        """Model files to open, none if the person changed their mind."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window(),
            title or translate("FileDialogs", "Open model files"),
            self.last_folder or QDir.homePath(),
            translate("FileDialogs", "Model files (*.gguf)")
            + ";;"
            + translate("FileDialogs", "All files (*)"),
        )
        if names:
            self.last_folder = str(Path(names[0]).parent)
        return [Path(name) for name in names]

    def other(self, title: str, which: str) -> Path | None:
        """Another file to read; ``which`` says which kinds there are."""
        kinds = which + ";;" + translate("FileDialogs", "All files (*)")
        folder = self.last_folder or QDir.homePath()
        name, _ = QFileDialog.getOpenFileName(self._window(), title, folder, kinds)
        return Path(name) if name else None

    def pictures(self) -> list[Path]:
        """Pictures to show, none if the person changed their mind."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window(),
            translate("FileDialogs", "Choose pictures"),
            self.last_pictures
            or QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation),
            translate("FileDialogs", "Pictures")
            + " (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff);;"
            + translate("FileDialogs", "All files (*)"),
        )
        if names:
            self.last_pictures = str(Path(names[0]).parent)
        return [Path(name) for name in names]

    def moved_model(self, path: Path) -> Path | None:
        """Where a model file is now; asks in the nearest folder that is still there."""
        nearest = next((each for each in path.parents if each.is_dir()), Path(QDir.homePath()))
        name, _ = QFileDialog.getOpenFileName(
            self._window(),
            translate("FileDialogs", "Where is “{name}” now?").format(name=shown_text(path.name)),
            str(nearest),
            translate("FileDialogs", "Model files (*.gguf)")
            + ";;"
            + translate("FileDialogs", "All files (*)"),
        )
        return Path(name) if name else None

    def one(self, title: str, kinds: str) -> Path | None:
        """A file of certain kinds, None if the person changed their mind."""
        name, _ = QFileDialog.getOpenFileName(
            self._window(),
            title,
            self.last_folder or QDir.homePath(),
            kinds + ";;" + translate("FileDialogs", "All files (*)"),
        )
        if name:
            self.last_folder = str(Path(name).parent)
        return Path(name) if name else None

    def several(self, title: str, kinds: str) -> list[Path]:
        """Files of certain kinds, none if the person changed their mind."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window(),
            title,
            self.last_folder or QDir.homePath(),
            kinds + ";;" + translate("FileDialogs", "All files (*)"),
        )
        if names:
            self.last_folder = str(Path(names[0]).parent)
        return [Path(name) for name in names]

    def folder(self, title: str, begin: Path) -> Path | None:
        """A folder, None if the person changed their mind."""
        name = QFileDialog.getExistingDirectory(self._window(), title, str(begin))
        return Path(name) if name else None

    def export_target(self, title: str, form: str) -> Path | None:
        """Where a chat shall be written."""
        stem = as_file_stem(title) or translate("FileDialogs", "Chat")
        ending = ".md" if form == "markdown" else ".json"
        return self.target(translate("FileDialogs", "Export the chat"), stem + ending)

    def target(self, title: str, name: str, forms: Sequence[str] = ()) -> Path | None:
        """Where something of the person's shall be written; ``name`` is what is offered.

        Args:
            title: Of the dialog.
            name: With the ending of the usual form.
            forms: Endings of other forms that it may be written in.
        """
        return ask_target(self._window(), title, name, forms)


def ask_target(over: QWidget, title: str, name: str, forms: Sequence[str] = ()) -> Path | None:
    """Where a file shall be written; what is chosen gets the ending of its form.

    Args:
        over: Over which window the dialog opens.
        title: Of the dialog.
        name: What is offered, in the person's documents; its ending says which kind of file it is.
        forms: Endings of other kinds that it may be.

    Returns:
        None if the person changed their mind.
    """
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    ending = Path(name).suffix
    kinds = {
        ".gguf": translate("FileDialogs", "GGUF file (*.gguf)"),
        ".html": translate("FileDialogs", "Web page (*.html)"),
        ".md": translate("FileDialogs", "Markdown (*.md)"),
        ".csv": translate("FileDialogs", "Table (*.csv)"),
        ".json": translate("FileDialogs", "JSON (*.json)"),
        ".png": translate("FileDialogs", "Picture (*.png)"),
        ".svg": translate("FileDialogs", "Drawing (*.svg)"),
        ".jsonl": translate("FileDialogs", "JSON lines (*.jsonl)"),
    }
    offered = {kinds[each]: each for each in (ending, *forms)}
    start = str(Path(documents, name))
    chosen, kind = QFileDialog.getSaveFileName(over, title, start, ";;".join(offered))
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() in offered.values():
        return path
    return path.with_name(path.name + offered.get(kind, ending))
