"""What is asked, and of whom: two versions, prompts, and how long answers may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QMenu,
    QWidget,
)

from app.core.candidates.notation import words_of
from app.core.candidates.settings import COMPARE_GREEDY, SamplingSettings
from app.core.votes.prompts import join_prompts, split_prompts
from app.lab.tasks.prompts import prompts_for
from app.lab.votes.orders import VoteOrder
from app.ui.answers.growing_edit import BoundedEdit
from app.ui.answers.text_parts import PART_WEIGHT
from app.ui.kit.icons import icon
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets import ChoiceBox, FlowLayout, NumberField, Popup, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.status_dot import letter_icon
from app.ui.kit.words.format import byte_size, count
from app.ui.pages.ladder.votes.sources import ChatPromptPicker
from app.ui.pages.ladder.votes.words import kind_title, prompts_words
from app.ui.pictures.drop import PictureDrop
from app.ui.pictures.strip import PictureStrip

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.chats.pictures import Picture
    from app.ui.pages.ladder.votes.backend import VotesBackend
    from app.ui.pages.ladder.votes.candidate import VoteCandidate

_AT_ONCE = 10
_MOST_TOKENS = 16_384
_ICON_PX = 20


class AskForm(QFrame):
    """Collects an order.

    Signals:
        ask_wanted: The person wants this order (VoteOrder) answered.
        pair_changed: Other versions are chosen.
    """

    ask_wanted = Signal(object)
    pair_changed = Signal()

    def __init__(self, backend: VotesBackend) -> None:
        super().__init__()
        self._backend = backend
        self._candidates: list[VoteCandidate] = []
        self.setProperty("role", "surface")
        self.setAccessibleName(self.tr("Ask two versions"))
        self.candidate = _combo(self.tr("Version to vote on"))
        self.reference = _combo(self.tr("Version that it is held against"))
        self.candidate.activated.connect(lambda _: self._pair_chosen())
        self.reference.activated.connect(lambda _: self._reference_chosen())
        between = in_row(
            (self.candidate, 1), label(self.tr("against"), "dim"), (self.reference, 1), 1
        )
        self.prompts = _PromptsEdit()
        self.prompts.setAccessibleName(self.tr("Prompts"))
        self.prompts.setPlaceholderText(
            self.tr(
                "What you would really ask. Several prompts at once: a blank line between them, "
                "or a line of five dashes where prompts have blank lines of their own."
            )
        )
        self.prompts.setTabChangesFocus(True)
        self.prompts.textChanged.connect(self._follow)
        self.prompts.too_long.connect(self._refuse)
        door = backend.pictures
        self.strip = PictureStrip(door) if door is not None else None
        self.picture_button = push_button(self.tr("Show a picture"), icon_name="picture")
        if door is None:
            self.picture_button.hide()
        set_tip(self.picture_button, self.tr("It is shown with each of these prompts."))
        self.chats_button = push_button(self.tr("From your chats"), icon_name="chat")
        self.chats_button.clicked.connect(self._open_chats)
        self.examples_button = push_button(self.tr("Examples"), icon_name="add")
        self.examples_button.clicked.connect(self._open_examples)
        sources = QWidget()
        source_flow = FlowLayout(sources)
        source_flow.addWidget(self.chats_button)
        source_flow.addWidget(self.examples_button)
        source_flow.addWidget(self.picture_button)
        self.picker = ChatPromptPicker()
        self._popup = Popup(self.picker, self, width_px=56 * GRID)
        self.picker.taken.connect(self._take)
        self.most_tokens = NumberField(
            self.tr("Longest answer in tokens"), 1, _MOST_TOKENS, step=64
        )
        self.temperature = NumberField(self.tr("Temperature"), 0, 2, decimals=2, step=0.1)
        self.thinking = QCheckBox(self.tr("Let models think first, where they can"))
        self.most_tokens.set_value(COMPARE_GREEDY.max_tokens)
        self.temperature.set_value(COMPARE_GREEDY.temperature)
        set_tip(self.temperature, self.tr("0: always the likeliest token. The same for both."))
        self.number = label(role="dim")
        self.ask_button = push_button(self.tr("Ask both"), "primary", run=self._ask)
        in_column(
            label(self.tr("Ask two versions, vote without knowing which"), "strong"),
            between,
            *([self.strip] if self.strip is not None else []),
            (self.prompts, 1),
            sources,
            self._settings(),
            label(
                self.tr(
                    "Both answer before you see anything. Sides are drawn by lot for each pair; "
                    "names, speed and everything else stay hidden until you have voted."
                ),
                "small-dim",
                wrap=True,
            ),
            in_row(self.number, 1, self.ask_button),
            on=self,
            margins=(2 * GRID, GRID, 2 * GRID, 2 * GRID),
        )
        if self.strip is not None:
            self.prompts.takes_pictures = self.strip.take_from
            self.picture_button.clicked.connect(self.strip.choose)
            self.strip.changed.connect(self._follow)
            self.strip.refused.connect(self.number.setText)
            PictureDrop(self, self.prompts, self.strip)
        self._follow()

    def _settings(self) -> QWidget:
        widget = QWidget()
        flow = FlowLayout(widget)
        for name, part in (
            (self.tr("Longest answer"), self.most_tokens),
            (self.tr("Temperature"), self.temperature),
        ):
            part.setFixedWidth(8 * GRID)
            both = QWidget()
            in_row(label(name, "dim"), part, on=both, margins=(0, 0, GRID, 0), spacing=GRID // 2)
            flow.addWidget(both)
        self.thinking.setMinimumHeight(self.most_tokens.sizeHint().height())
        flow.addWidget(self.thinking)
        return widget

    # --- versions -------------------------------------------------------------------------

    def set_candidates(self, candidates: Sequence[VoteCandidate], reference: str) -> None:
        """Offer these; what was chosen stays where it can."""
        chosen, against = self.candidate.currentData(), self.reference.currentData()
        known = {each.key for each in candidates}
        first = not self._candidates
        self._candidates = list(candidates)
        _fill(self.reference, candidates)
        wanted = reference if first or against not in known else against
        self.reference.setCurrentIndex(max(0, self.reference.findData(wanted)))
        self._fill_candidates(chosen if chosen in known else None)
        self._follow()

    def _fill_candidates(self, wanted: str | None) -> None:
        others = [each for each in self._candidates if each.key != self.reference_key]
        _fill(self.candidate, others)
        if len(others) > 1:
            dealt = self.tr("Prompts are dealt out among them: no prompt is asked twice.")
            add_choice(self.candidate, self.tr("All in turn"), None, tool_tip=dealt, at=0)
        self.candidate.setCurrentIndex(max(0, self.candidate.findData(wanted)) if wanted else 0)

    @property
    def reference_key(self) -> str:
        """What others are held against; empty where there is nothing to choose."""
        return str(self.reference.currentData() or "")

    @property
    def candidate_keys(self) -> list[str]:
        """The chosen one, or all in turn."""
        chosen = self.candidate.currentData()
        if chosen:
            return [str(chosen)]
        return [each.key for each in self._candidates if each.key != self.reference_key]

    def _chosen(self) -> list[Candidate]:
        """The reference, and those that are held against it."""
        by_key = {each.key: each.candidate for each in self._candidates}
        return [by_key[key] for key in (self.reference_key, *self.candidate_keys) if key in by_key]

    def choose(self, candidate: str, against: str | None = None) -> None:
        """Choose a version to vote on, by its key, and what it is held against."""
        if against is not None and (place := self.reference.findData(against)) >= 0:
            self.reference.setCurrentIndex(place)
            self._reference_chosen()
        place = self.candidate.findData(candidate)
        if place >= 0 and place != self.candidate.currentIndex():
            self.candidate.setCurrentIndex(place)
            self._pair_chosen()

    def _reference_chosen(self) -> None:
        self._fill_candidates(self.candidate.currentData())
        self._pair_chosen()

    def _pair_chosen(self) -> None:
        self._follow()
        self.pair_changed.emit()

    # --- prompts --------------------------------------------------------------------------

    def written(self) -> list[str]:
        """The prompts in the field."""
        return split_prompts(self.prompts.toPlainText())

    def add_prompts(self, prompts: Sequence[str]) -> None:
        """Write prompts below those that are there."""
        text = join_prompts(list(dict.fromkeys([*self.written(), *prompts])))
        if not self.prompts.takes(text):
            self._refuse(text)
            return
        self.prompts.setPlainText(text)
        self.prompts.moveCursor(self.prompts.textCursor().MoveOperation.End)

    def _refuse(self, text: str) -> None:
        """A pasted text is longer than any list of prompts."""
        size = byte_size(len(text.encode(errors="replace")))
        self.number.setText(self.tr("Too long to paste here: {size}.").format(size=size))

    def remove_prompts(self) -> None:
        """Empty the field; Ctrl+Z brings it back, but for the pictures."""
        self.prompts.selectAll()
        self.prompts.insertPlainText("")
        if self.strip is not None:
            self.strip.clear()

    def _take(self, prompts: list[str]) -> None:
        self._popup.hide()
        self.add_prompts(prompts)

    def _open_chats(self) -> None:
        files = [each.place for each in self._chosen()]
        self.picker.show_prompts(self._backend.chat_prompts(), files)
        self._popup.open_at(self.chats_button)

    def _open_examples(self) -> None:
        menu = self.examples_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.examples_button.mapToGlobal(self.examples_button.rect().bottomLeft()))

    def examples_menu(self) -> QMenu:
        """Bundled prompts that were not voted on yet, a kind a line."""
        menu = QMenu(self)
        everything: list[str] = []
        for kind in prompts_for([each.place for each in self._chosen()]):
            fresh = self._backend.booth.unseen(
                kind.prompts, self.reference_key, self.candidate_keys
            )
            everything += fresh
            title = f"{kind_title(kind.name)} ({count(min(len(fresh), _AT_ONCE))})"
            action = menu.addAction(icon("add"), title)
            action.setEnabled(bool(fresh))
            action.triggered.connect(lambda _=False, p=fresh[:_AT_ONCE]: self.add_prompts(p))
        if len(everything) > _AT_ONCE:
            menu.addSeparator()
            all_action = menu.addAction(self.tr("All {n}").format(n=count(len(everything))))
            all_action.triggered.connect(lambda _=False: self.add_prompts(everything))
        return menu

    # --- asking ---------------------------------------------------------------------------

    def sampling(self) -> SamplingSettings:
        """How both are asked."""
        return SamplingSettings(
            temperature=float(self.temperature.value or 0.0),
            max_tokens=int(self.most_tokens.value or COMPARE_GREEDY.max_tokens),
            thinking=self.thinking.isChecked(),
        )

    def _ask(self) -> None:
        for field in (self.most_tokens, self.temperature):
            field.commit()
        written = self.written()
        if written and self.reference_key and self.candidate_keys:
            reference, *others = self._chosen()
            pictures = tuple(self._pictures())
            order = VoteOrder(written, reference, others, self.sampling(), pictures=pictures)
            self.ask_wanted.emit(order)

    def _pictures(self) -> list[Picture]:
        return self.strip.pictures() if self.strip is not None else []

    def _follow(self) -> None:
        number = len(self.written())
        ready = number > 0 and bool(self.reference_key and self.candidate_keys)
        words = prompts_words(number) if number else ""
        blind = [each for each in self._chosen() if each.projector is None]
        if self._pictures() and blind:
            names = [each.name for each in self._candidates if each.candidate in blind]
            words = self.tr("{names}: cannot see pictures").format(names=", ".join(names))
            ready = False
        self.number.setText(words)
        self.ask_button.setEnabled(ready and not (self.strip is not None and self.strip.reading))
        several = len(self.candidate_keys) > 1
        words = self.tr("Ask them") if several else self.tr("Ask both")
        self.ask_button.setText(words)


class _PromptsEdit(BoundedEdit):
    """As high as there is room, and content with little."""

    most_weight = PART_WEIGHT

    def sizeHint(self) -> QSize:
        return QSize(40 * GRID, 15 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 15 * GRID)


def _combo(name: str) -> QComboBox:
    combo = ChoiceBox(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    combo.setMaximumWidth(32 * GRID)
    combo.setIconSize(QSize(_ICON_PX, _ICON_PX))
    return combo


def _fill(combo: QComboBox, candidates: Sequence[VoteCandidate]) -> None:
    combo.clear()
    for each in candidates:
        add_choice(combo, each.name, each.key, tool_tip=words_of(each.candidate))
        combo.setItemIcon(combo.count() - 1, letter_icon(each.letter, _ICON_PX, current_tokens()))
