"""Two answers side by side, who wrote which known only after the vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.answers.text_parts import SLICE_WEIGHT, fits, plain_cut
from app.ui.answers.text_window import TextWindow
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, StatusDot, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row, scroll_down
from app.ui.pages.ladder.votes.words import DOT, answer_words
from app.ui.pictures.thumbnail import PictureRow

if TYPE_CHECKING:
    from app.core.votes.pairs import VoteAnswer
    from app.lab.votes.orders import ShownPair
    from app.ui.pages.ladder.votes.candidate import VoteCandidate
    from app.ui.pictures.door import PictureDoor

_LONG_WEIGHT, _SHOWN_WEIGHT = 1200, 600


class AnswerCard(QFrame):
    """One side. Until it is told whose answer it is, it knows no more than its text.

    Args:
        side: What stands above it before the vote ("Left").
        name: What screen readers call the text ("Left answer").
    """

    def __init__(self, side: str, name: str) -> None:
        super().__init__()
        self._side = side
        self.setProperty("role", "surface")
        self.mark = StatusDot("")
        self.title = _Title(side)
        self.facts = label(role="small-dim")
        head = in_row(self.mark, self.title, 1, self.facts)
        self.text = MarkdownView(name)
        self.nothing = label(self.tr("(It said nothing.)"), "dim")
        in_column(
            head,
            self.text,
            PartBar(self.text),
            self.nothing,
            1,
            on=self,
            margins=(2 * GRID, GRID, 2 * GRID, 2 * GRID),
        )
        # What is told after the vote has its room before it: nothing jumps.
        self.title.setMinimumHeight(self.mark.sizeHint().height())
        self.hide_owner()

    def show_text(self, text: str) -> None:
        """Show an answer, and nothing of who wrote it."""
        self.hide_owner()
        self.text.set_markdown(text)
        self.text.setVisible(bool(text.strip()))
        self.nothing.setVisible(not text.strip())

    def hide_owner(self) -> None:
        """Know nothing but the side."""
        self.mark.hide()
        self.mark.set_letter("")
        self.title.set_text(self._side)
        self.title.set_dim(True)
        self.facts.setText("")

    def reveal(
        self, owner: VoteCandidate | None, name: str, answer: VoteAnswer, *, preferred: bool
    ) -> None:
        """Tell whose it is; ``name`` where it is no candidate any more."""
        if owner is not None:
            self.mark.set_letter(owner.letter)
            self.mark.show()
        self.title.set_text(owner.name if owner is not None else name)
        self.title.set_dim(False)
        words = answer_words(answer)
        self.facts.setText(self.tr("your choice") + DOT + words if preferred else words)


class _Title(ElidedLabel):
    """Dim while it only says the side."""

    def set_dim(self, dim: bool) -> None:
        self._dim = dim
        self.update()


class AnswersView(QScrollArea):
    """The prompt, and below it both answers in one area, which scrolls them together.

    One scroll bar for both: two would tell which answer is longer before it is read.
    """

    def __init__(self, door: PictureDoor | None = None) -> None:
        """``door`` is where the pictures of prompts come from."""
        super().__init__()
        self._door = door
        self.pictures = PictureRow()
        scroll_down(self)
        self.setAccessibleName(self.tr("Two answers"))
        self.prompt = label(wrap=True, selectable=True)
        card = QFrame()
        card.setProperty("role", "raised")
        inside = in_column(
            self.pictures,
            self.prompt,
            on=card,
            margins=(2 * GRID, GRID, 2 * GRID, GRID),
            spacing=None,
        )
        self.whole_button = push_button(self.tr("Show the whole prompt"), "link")
        self.whole_button.clicked.connect(lambda: self._show_prompt(whole=True))
        inside.addWidget(self.whole_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._prompt = ""
        self.left = AnswerCard(self.tr("Left"), self.tr("Left answer"))
        self.right = AnswerCard(self.tr("Right"), self.tr("Right answer"))
        both = in_row()
        for side in (self.left, self.right):
            both.addWidget(side, 1)
        content = QWidget()
        content.setProperty("role", "plain")
        in_column(card, (both, 1), on=content, margins=(0, 0, GRID // 2, 0))
        self.setWidget(content)

    def show_pair(self, pair: ShownPair) -> None:
        """Show a pair, from its top."""
        self._prompt = pair.prompt
        self.pictures.show_pictures(pair.pictures, self._door)
        self._show_prompt(whole=fits(pair.prompt, 0, _LONG_WEIGHT))
        set_spoken(self.prompt, self.tr("Prompt: {0}").format(pair.prompt[:200]))
        self.left.show_text(pair.left)
        self.right.show_text(pair.right)
        self.verticalScrollBar().setValue(0)

    def _show_prompt(self, *, whole: bool) -> None:
        if whole and not fits(self._prompt, 0, SLICE_WEIGHT):
            TextWindow(self.tr("Prompt"), self._prompt, self).show()
            return
        short = self._prompt[: plain_cut(self._prompt, 0, _SHOWN_WEIGHT)].rstrip() + " …"
        self.prompt.setText(self._prompt if whole else short)
        self.whole_button.setVisible(not whole)
