"""Below a long text: which part of it is shown, the way to the others, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import count

if TYPE_CHECKING:
    from app.ui.answers.markdown import MarkdownView


class PartBar(QWidget):
    """Follows a view; is seen only where not all of the text stands there, or not formatted.

    Args:
        view: Whose text it is about.
        offers_format: Whether the text is Markdown, so that *Show formatted* is offered.
    """

    def __init__(
        self, view: MarkdownView, parent: QWidget | None = None, *, offers_format: bool = True
    ) -> None:
        super().__init__(parent)
        self._parts = parts = view.parts
        self._offers_format = offers_format
        self.sentence = label(role="small-dim", wrap=True)
        self.earlier_button = push_button(self.tr("Earlier part"), "link", run=parts.show_earlier)
        self.later_button = push_button(self.tr("Later part"), "link", run=parts.show_later)
        self.start_button = push_button(self.tr("Beginning"), "link", run=parts.show_start)
        self.end_button = push_button(self.tr("End"), "link", run=parts.show_end)
        self.format_button = push_button(self.tr("Show formatted"), "link", run=self._change_format)
        row = FlowLayout()
        for button in (
            self.start_button,
            self.earlier_button,
            self.later_button,
            self.end_button,
            self.format_button,
        ):
            row.addWidget(button)
        in_column(self.sentence, row, on=self, spacing=0)
        view.part_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show how things stand."""
        parts = self._parts
        part, total = parts.part, len(parts.source)
        formatted = parts.formatted or not self._offers_format
        self.setVisible(bool(parts.source) and not (parts.whole and formatted))
        self.sentence.setText(self._words(part.start, part.end, total, formatted=formatted))
        for button in (self.start_button, self.earlier_button):
            button.setVisible(part.start > 0)
        for button in (self.later_button, self.end_button):
            button.setVisible(part.end < total)
        self.format_button.setVisible(self._offers_format)
        words = self.tr("Show as plain text") if formatted else self.tr("Show formatted")
        self.format_button.setText(words)

    def _words(self, start: int, end: int, total: int, *, formatted: bool) -> str:
        if start == 0 and end == total:
            return self.tr("This is shown as plain text.")
        words = (
            self.tr("A long text, shown in parts: characters {first} to {last} of {total}.")
            if formatted
            else self.tr(
                "A long text, shown in parts and as plain text: "
                "characters {first} to {last} of {total}."
            )
        )
        return words.format(first=count(start + 1), last=count(end), total=count(total))

    def _change_format(self) -> None:
        self._parts.set_formatted(not self._parts.formatted)
