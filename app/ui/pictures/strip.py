"""Pictures that are to go with a message: a chip each, from the moment that they are chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.core.chats.pictures import MOST_PICTURES, Picture
from app.core.words.sentence import say
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton
from app.ui.kit.widgets.elided import ElidedLabel
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import sentence, told
from app.ui.pictures.door import PictureDoor, pictures_in
from app.ui.pictures.thumbnail import Thumbnail
from app.ui.pictures.words import measures_words, picture_name, picture_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QImage

    from app.core.errors import PersonError
    from app.ui.kit.jobs import Job

CHIP_PX = 5 * GRID
WITH_TEXTS = 3
"""More pictures have no texts beside them: the field keeps its room."""


class PictureStrip(QWidget):
    """Hidden while it is empty.

    Signals:
        changed: A picture came or went, or was read.
        refused: A sentence why one was not taken.
        taken_out: A picture was taken out: what brings it back.
    """

    changed = Signal()
    refused = Signal(str)
    taken_out = Signal(object)

    def __init__(self, door: PictureDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._chips: list[PictureChip] = []
        self._flow = FlowLayout(self, spacing_px=GRID // 2)
        set_spoken(self, self.tr("Pictures that go with the message"))
        self.hide()

    # --- what is in it --------------------------------------------------------------------

    def pictures(self) -> list[Picture]:
        """Those that are read, in their order."""
        return [chip.picture for chip in self._chips if chip.picture is not None]

    def chips(self) -> list[PictureChip]:
        """Their widgets, in their order."""
        return list(self._chips)

    @property
    def reading(self) -> bool:
        """Whether one is still being read."""
        return any(chip.picture is None for chip in self._chips)

    def set_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show these in the place of all."""
        self.clear()
        for picture in pictures:
            self._add(PictureChip(picture_name(picture), self._door)).show_picture(picture)
        self._tend()

    def clear(self) -> None:
        """Take everything out."""
        for chip in self.chips():
            self._drop(chip)

    # --- what the person does -------------------------------------------------------------

    def choose(self) -> None:
        """Ask for files."""
        self.take(self._door.files.pictures())

    def take_from(self, data: QMimeData) -> bool:
        """Take what was pasted or dropped; False if there is no picture in it."""
        found = pictures_in(data)
        self.take(found)
        return bool(found)

    def take(self, sources: Iterable[Path | QImage | bytes]) -> None:
        """Have pictures read."""
        for source in sources:
            if len(self._chips) >= MOST_PICTURES:
                self.refused.emit(told(say("pictures.too_many", most=MOST_PICTURES)))
                return
            name = source.name if isinstance(source, Path) else self.tr("Pasted picture")
            chip = self._add(PictureChip(name, self._door))
            chip.job = self._door.take(
                source,
                lambda picture, chip=chip: self._on_read(chip, picture),
                lambda error, chip=chip: self._on_failed(chip, error),
            )

    # --- inside ---------------------------------------------------------------------------

    def _add(self, chip: PictureChip) -> PictureChip:
        chip.setParent(self)
        chip.remove_button.clicked.connect(lambda: self._remove(chip))
        self._chips.append(chip)
        self._flow.addWidget(chip)
        chip.show()
        self._tend()
        return chip

    def _on_read(self, chip: PictureChip, picture: Picture) -> None:
        if any(other.digest == picture.digest for other in self.pictures()):
            self._drop(chip)  # it is there already
            return
        chip.show_picture(picture)
        self._tend()

    def _on_failed(self, chip: PictureChip, error: PersonError) -> None:
        self._drop(chip)
        self.refused.emit(sentence(error))

    def _remove(self, chip: PictureChip) -> None:
        before, picture = self.pictures(), chip.picture
        self._drop(chip)
        if picture is not None:
            self.taken_out.emit(lambda: self.set_pictures(before))

    def _drop(self, chip: PictureChip) -> None:
        if chip.job is not None:
            chip.job.cancel()
        self._chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._tend()

    def _tend(self) -> None:
        for chip in self._chips:
            chip.texts.setVisible(len(self._chips) <= WITH_TEXTS or chip.picture is None)
        self.setVisible(bool(self._chips))
        self.changed.emit()


class PictureChip(QFrame):
    """One of them: small, with its name and its measures, to be taken out.

    Attributes:
        picture: Once it is read.
        job: That reads it.
    """

    def __init__(self, name: str, door: PictureDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.job: Job[Picture] | None = None
        self._door = door
        self.setProperty("role", "raised")
        self.name = ElidedLabel(name)
        self.facts = ElidedLabel(self.tr("being read …"), dim=True, small=True)
        self.remove_button = IconButton("close", self.tr("Take {name} out").format(name=name))
        self.texts = QWidget()
        in_column(self.name, self.facts, on=self.texts, spacing=0)
        self._row = in_row(
            self.texts,
            self.remove_button,
            on=self,
            margins=(GRID // 2, GRID // 2, 0, GRID // 2),
        )
        self.setMaximumWidth(44 * GRID)
        set_spoken(self, name)

    def show_picture(self, picture: Picture) -> None:
        """It is read."""
        self.picture = picture
        self.thumbnail = Thumbnail(picture, self._door, CHIP_PX, self)
        self._row.insertWidget(0, self.thumbnail)
        QWidget.setTabOrder(self.thumbnail, self.remove_button)
        self.name.set_text(picture_name(picture))
        self.facts.set_text(measures_words(picture))
        set_spoken(self, picture_words(picture))
