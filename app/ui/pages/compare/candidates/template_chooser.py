"""Says that a file does not tell how prompts are written, and offers the well-known ways."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.core.chats.templates import WELL_KNOWN
from app.ui.kit.plain import add_choice
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.settings.candidate_settings import template_name


class TemplateChooser(QWidget):
    """Offers the well-known chat templates.

    Signals:
        chosen: The id of a template.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sentence = label(self.tr("This model file brings no chat template."), "strong", wrap=True)
        advice = label(
            self.tr(
                "It goes on with the text as it stands, as base models do. If it was trained on"
                " chats, choose the template of its page on the Hub."
            ),
            "dim",
            wrap=True,
        )
        self.combo = ChoiceBox()
        self.combo.setAccessibleName(self.tr("Chat template"))
        self.combo.setMinimumContentsLength(10)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for template in WELL_KNOWN:
            add_choice(self.combo, template_name(template), template.id)
        self.combo.setCurrentIndex(self.combo.findData("plain"))
        self.use_button = push_button(self.tr("Use it"), "primary")
        self.use_button.clicked.connect(lambda: self.chosen.emit(self.combo.currentData()))
        in_column(sentence, advice, in_row((self.combo, 1), self.use_button), on=self, margins=GRID)
