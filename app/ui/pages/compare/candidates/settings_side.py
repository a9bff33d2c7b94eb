"""What the settings panel shows: the settings of the chat, or those of one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.core.chats.templates import WELL_KNOWN
from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import hrule, label
from app.ui.kit.widgets.layouts import in_column
from app.ui.pages.compare.elsewhere import newest_ignored
from app.ui.pages.compare.panes.prompt_field import PromptField
from app.ui.pages.compare.side_panel import SidePanel
from app.ui.pages.compare.words import level_words
from app.ui.settings.candidate_settings import CandidateSettings
from app.ui.settings.sampling_editor import SamplingEditor

if TYPE_CHECKING:
    from app.core.candidates.settings import SamplingSettings
    from app.core.chats.panes import ChatPane
    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile
    from app.lab.compare.panes import Pane
    from app.lab.compare.session import Session
    from app.ui.pages.compare.controller import CompareController
    from app.ui.settings.engine.facts import EngineFacts

SYSTEM_LINES = 10
WRITE_AFTER_MS = 400


class ChatSettings(QWidget):
    """The system prompt and the sampling settings that all panes share.

    Signals:
        system_changed: Another system prompt, some time after the last key.
        sampling_changed: Other ``SamplingSettings``.
    """

    system_changed = Signal(str)
    sampling_changed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.system = GrowingEdit(most_lines=SYSTEM_LINES, enter_submits=False)
        self.system.setAccessibleName(self.tr("System prompt"))
        self.system.setPlaceholderText(self.tr("none"))
        self.system_field = PromptField(self.system)
        self.system_field.set_text(session.chat.system_prompt)
        self._writing = QTimer(self)
        self._writing.setSingleShot(True)
        self._writing.setInterval(WRITE_AFTER_MS)
        self._writing.timeout.connect(self.write_system)
        self.system_field.changed.connect(self._writing.start)
        self.system.left.connect(self.write_system)
        self.sampling = SamplingEditor(session.chat.sampling)
        self.sampling.changed.connect(self.sampling_changed)
        explanation = label(
            self.tr("Every model is told this first. It holds from the next prompt on."),
            "small-dim",
            wrap=True,
        )
        in_column(
            label(self.tr("System prompt"), "strong"),
            self.system_field,
            explanation,
            hrule(),
            label(self.tr("Sampling"), "strong"),
            self.sampling,
            1,
            on=self,
            margins=(0, 0, GRID, GRID),
        )
        self.follow()

    def follow(self) -> None:
        """Show what the session's chat has, unless the person is writing."""
        chat = self._session.chat
        if not self._writing.isActive() and self.system_field.whole_text() != chat.system_prompt:
            self.system_field.set_text(chat.system_prompt)
            self._writing.stop()
        if self.sampling.settings != chat.sampling:
            self.sampling.set_settings(chat.sampling)
        loaded = [pane.loaded for pane in self._session.panes if pane.loaded is not None]
        switch = not loaded or any(each.has_thinking_switch for each in loaded)
        self.sampling.set_thinking_switch(switch)

    def write_system(self) -> None:
        """Tell the system prompt now."""
        self._writing.stop()
        text = self.system_field.whole_text()
        if text != self._session.chat.system_prompt:
            self.system_changed.emit(text)


class SettingsSide(SidePanel):
    """Follows the session; changes go through the controller.

    Signals:
        changed: Settings were changed here.
        adapter_wanted: The person has an adapter in a file, for the pane with this key.
        projector_wanted: The same, of a projector.
        draft_wanted: The same, of a draft model.
        worth_wanted: It is to be measured what the pane's draft brings.

    Attributes:
        fitting: The adapters of this PC that a model can run with.
        projectors: The projectors of this PC that it may see with.
        drafting: The models of this PC that may draft for one.
    """

    changed = Signal()
    adapter_wanted = Signal(str)
    projector_wanted = Signal(str)
    draft_wanted = Signal(str)
    worth_wanted = Signal(str)

    def __init__(
        self, session: Session, controller: CompareController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._controller = controller
        self.chat: ChatSettings | None = None
        self.candidate: CandidateSettings | None = None
        self._chat_id = session.chat.id
        self._engine: EngineFacts | None = None
        self._model: ModelFile | None = None
        self.fitting: Callable[[ModelFile], Sequence[Path]] = lambda _model: ()
        self.projectors: Callable[[ModelFile], Sequence[LibraryModel]] = lambda _model: ()
        self.drafting: Callable[[ModelFile], Sequence[LibraryModel]] = lambda _model: ()

    def set_engine_facts(self, facts: EngineFacts) -> None:
        """What engines compute on decides what can be set; asked for when it is first needed."""
        self._engine = facts
        facts.changed.connect(self._follow_engine)

    def show_chat(self) -> None:
        """The settings that all panes share."""
        self._let_go()
        self.chat = ChatSettings(self._session)
        self.chat.system_changed.connect(self._on_system)
        self.chat.sampling_changed.connect(self._on_sampling)
        self._chat_id = self._session.chat.id
        self.show_widget("", self.tr("Settings of this chat"), self.chat)

    def show_candidate(self, key: str) -> None:
        """The settings of one model."""
        self._let_go()
        pane = self._session.pane(key)
        own_template = pane.model is None or pane.model.chat_template is not None
        self.candidate = CandidateSettings(
            pane.setup, self._session.chat.sampling, WELL_KNOWN, has_template=own_template
        )
        self._follow_server(pane)
        if pane.loaded is not None:
            self.candidate.sampling.set_thinking_switch(pane.loaded.has_thinking_switch)
        self._follow_model(pane)
        self.candidate.changed.connect(self._on_candidate)
        self.candidate.adapters.file_wanted.connect(lambda: self.adapter_wanted.emit(key))
        self.candidate.projector.file_wanted.connect(lambda: self.projector_wanted.emit(key))
        self.candidate.draft.file_wanted.connect(lambda: self.draft_wanted.emit(key))
        self.candidate.draft.worth_wanted.connect(lambda: self.worth_wanted.emit(key))
        self._follow_engine()
        if self._engine is not None and not self._session.busy:  # else an engine tells anyway
            self._engine.ask()
        title = f"{pane.letter} {level_words(pane)}"
        self.show_widget(key, title, self.candidate)

    def follow_session(self) -> None:
        """Another chat was opened, or panes came or went."""
        if self.subject is None:
            return
        gone = bool(self.subject) and self._session.chat.pane(self.subject) is None
        other_chat = self.chat is not None and self._chat_id != self._session.chat.id
        if gone or other_chat:
            self.show_chat()
        elif self.subject:
            self.follow_pane(self.subject)

    def follow_pane(self, key: str) -> None:
        """One pane changed."""
        if self.candidate is not None and self.subject == key:
            self._follow_model(self._session.pane(key))
            self._follow_server(self._session.pane(key))
            setup = self._session.pane(key).setup
            if setup != self.candidate.setup:
                self.candidate.set_setup(setup, self._session.chat.sampling)
        elif self.chat is not None:
            self.chat.follow()

    def tell_worth(self, key: str, words: str, *, measuring: bool = False) -> None:
        """Say what a pane's draft brings, where its settings are still shown."""
        if self.candidate is not None and self.subject == key:
            self.candidate.draft.tell(words, measuring=measuring)

    def close_panel(self) -> None:
        """Hide it; what was being written is kept."""
        self._let_go()
        super().close_panel()

    def _follow_model(self, pane: Pane) -> None:
        """What the model's header allows, and which adapters fit it, once it is read."""
        if self.candidate is not None and pane.model not in (None, self._model):
            self._model = pane.model
            self.candidate.engine.set_model(pane.model)
            self.candidate.adapters.set_choices(self.fitting(pane.model))
            self.candidate.projector.set_choices(
                self.projectors(pane.model), has_beside=pane.projector_beside is not None
            )
            self.candidate.draft.set_choices(self.drafting(pane.model))

    def _follow_server(self, pane: Pane) -> None:
        """What its server was seen to ignore."""
        if self.candidate is not None and pane.candidate.server is not None:
            ignored = newest_ignored(self._session.chat, pane)
            self.candidate.sampling.set_ignored(ignored)

    def _follow_engine(self) -> None:
        if self.candidate is not None and self._engine is not None:
            self.candidate.engine.set_gpus(self._engine.gpus)

    def _let_go(self) -> None:
        if self.chat is not None and self._chat_id == self._session.chat.id:
            self.chat.write_system()
        self.chat = None
        self.candidate = None
        self._model = None

    def _on_system(self, text: str) -> None:
        if self._chat_id == self._session.chat.id:
            self._controller.set_system_prompt(text)

    def _on_sampling(self, sampling: SamplingSettings) -> None:
        self._controller.set_sampling(sampling)
        self.changed.emit()

    def _on_candidate(self, setup: ChatPane) -> None:
        if not self._controller.update_candidate(setup) and self.candidate is not None:
            now = self._session.pane(setup.key).setup
            self.candidate.set_setup(now, self._session.chat.sampling)
        self.changed.emit()
