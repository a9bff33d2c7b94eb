"""The Compare page: wires its parts to the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.widgets import Severity
from app.ui.kit.wishes import remark
from app.ui.pages.compare.actions import CompareActions
from app.ui.pages.compare.asking import Asking
from app.ui.pages.compare.chats.list import MOST_CHATS
from app.ui.pages.compare.controller import CompareController
from app.ui.pages.compare.hygiene import hygiene_sentence
from app.ui.pages.compare.page_parts import PageParts
from app.ui.pages.compare.panes.askable import Askable
from app.ui.pages.compare.panes.costs import PictureCosts
from app.ui.pages.compare.panes.menu import PaneCommand
from app.ui.pages.compare.panes.naming import Naming
from app.ui.pages.compare.panes.windows import PaneWindows
from app.ui.plots.kinds import PlotCandidate

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from app.core.candidates.candidate import Candidate
    from app.lab.compare.session import Session
    from app.lab.compare.templates import TemplateQuestion
    from app.ui.pages.compare.session_adapter import SessionSignals
    from app.ui.pictures.door import PictureDoor
    from app.ui.plots.live import LivePlots


class ComparePage(PageParts):
    """Home of the window; also a chat program when one pane is open.

    Its actions (``QWidget.actions``) are its commands. Splitter sizes and what is folded away are
    the window's to keep: :meth:`layout_state`, :meth:`restore_layout`.

    Signals:
        add_wanted: Models are to be chosen and opened beside those that are open.
        title_changed: The open chat's title, empty if it has none.
        measure_wanted: A ladder is to be made of these candidates.
        many_wanted: Many prompts are to be asked.
        browse_wanted: The models on this PC are wanted.
        search_wanted: A model that fits this PC is looked for.
        repair_wanted: The engine is to go on without what failed here.

    Args:
        session: What is shown; its listener must be ``signals.listener``.
        signals: The session's changes.
        is_demo: Whether a candidate is a level of the demo model, which has prompts of its own.
        files: Asks for files; the system's dialogs if None.
        pictures: Where pictures come from; None where none can be shown.
    """

    add_wanted = Signal()
    title_changed = Signal(str)
    measure_wanted = Signal()
    many_wanted = Signal()
    browse_wanted = Signal()
    search_wanted = Signal()
    repair_wanted = Signal()

    def __init__(
        self,
        session: Session,
        signals: SessionSignals,
        *,
        is_demo: Callable[[Candidate], bool] = lambda _candidate: False,
        files: FileDialogs | None = None,
        pictures: PictureDoor | None = None,
    ) -> None:
        self.files = files if files is not None else FileDialogs(self.window)
        self.controller = CompareController(session, self.files)
        self.commands = CompareActions()
        super().__init__(session, self.controller, self.commands, pictures)
        self.controller.setParent(self)
        self.commands.give_to(self)
        self._session = session
        self._is_demo = is_demo
        self._plots: LivePlots | None = None
        self._was_shown = False
        self._shapes: dict[str, tuple[object, ...]] = {}
        self.windows = PaneWindows(session, self.controller.run, self)
        self.asking = Asking(self.controller, self)
        self.costs = PictureCosts(session, self.prompt.field.pictures)
        self._signals = signals
        self._wire(signals)
        self._on_panes_changed()
        self._on_turns_changed()
        self._on_chats_changed()

    # --- for the window -----------------------------------------------------------------

    def set_plots(self, plots: LivePlots) -> None:
        """Take the live plots (pyqtgraph loads slowly, so they may come after the first paint)."""
        self._plots = plots
        self.place_plots(plots)
        self.show_plots(self.plots_visible)
        self._show_plot_candidates()

    def open_files(self, paths: Iterable[Path]) -> bool:
        """Open a column for each model file; refusals are shown here."""
        return self.controller.add(list(paths))

    def show_candidate(self, candidate: Candidate) -> None:
        """Choose the column of a file with these settings; open one where there is none."""
        for pane in self._session.panes:
            if pane.candidate == candidate:
                self.panes.focus_pane(pane.key)
                return
        self.controller.add_candidate(candidate)

    def say(self, sentence: str) -> None:
        """Show a refusal in place."""
        self.notice.show_notice(Severity.WARNING, sentence)

    def focus_prompt(self) -> None:
        """Put the cursor in the field to ask in."""
        self.asking.focus_prompt()

    def whom(self) -> dict[Candidate, str]:
        """What each open candidate is called, with its letter."""
        naming = self._naming()
        panes = reversed(self._session.panes)
        named = {pane.candidate: f"{pane.letter} {naming.name(pane)}" for pane in panes}
        return dict(reversed(named.items()))

    # --- wiring -------------------------------------------------------------------------

    def _wire(self, signals: SessionSignals) -> None:
        signals.panes_changed.connect(self._on_panes_changed)
        signals.pane_changed.connect(self._on_pane_changed)
        signals.turns_changed.connect(self._on_turns_changed)
        signals.pane_turns_changed.connect(self.panes.note_turns)
        signals.answer_changed.connect(self.panes.note_answer)
        signals.answer_changed.connect(self.figures.note)
        signals.chats_changed.connect(self._on_chats_changed)
        signals.speed_sampled.connect(self._on_speed)
        signals.said.connect(lambda words: remark(self, words))
        self.controller.refused.connect(self.say)
        self.controller.said.connect(lambda words, undo: remark(self, words, undo))
        self.controller.view_requested.connect(self._show_for_pane)
        self._wire_bar()
        self._wire_chats()
        self._wire_panes()
        self._wire_actions()
        self.prompt.submitted.connect(self.asking.ask_written)
        if (strip := self.prompt.field.strip) is not None:
            strip.refused.connect(self.say)
            strip.changed.connect(self.costs.ask)
            strip.taken_out.connect(
                lambda undo: remark(self, self.tr("A picture was taken out."), undo)
            )
        self.prompt.field.taken_out.connect(
            lambda undo: remark(self, self.tr("A pasted text was taken out."), undo)
        )
        self.prompt.many_wanted.connect(self.many_wanted)
        self.prompt.stop_requested.connect(lambda: self.controller.stop())
        self.welcome.chosen.connect(self.asking.ask_suggested)
        self.welcome.models_wanted.connect(self.browse_wanted)
        self.welcome.search_wanted.connect(self.search_wanted)
        self.figures.measure_wanted.connect(self.measure_wanted)
        self.settings.changed.connect(self._refresh_hygiene)
        self.settings.closed.connect(lambda: self.commands.show_settings.setChecked(False))

    def _wire_bar(self) -> None:
        headers, run = self.panes.headers, self.controller
        headers.add_requested.connect(self.add_wanted)
        headers.move_requested.connect(run.move)
        self.top.mode_chosen.connect(run.set_mode)

    def _wire_chats(self) -> None:
        chats, run = self.chats, self.controller
        chats.new_requested.connect(self._new_chat)
        chats.open_requested.connect(self._open_chat)
        chats.rename_requested.connect(run.rename_chat)
        chats.delete_requested.connect(run.delete_chat)
        chats.pin_requested.connect(run.pin_chat)
        chats.folder_requested.connect(run.move_chat)
        chats.folders = self._session.chat_folders
        chats.export_requested.connect(run.export_chat)
        chats.room_wanted.connect(lambda: self.commands.show_chats.setChecked(True))
        self.addActions(chats.row_actions())

    def _wire_panes(self) -> None:
        panes, run = self.panes, self.controller
        panes.wishes.edited.connect(run.edit)
        panes.wishes.regenerate_requested.connect(run.regenerate)
        panes.wishes.earlier_answer_requested.connect(run.show_earlier_answer)
        panes.wishes.earlier_turn_requested.connect(run.show_earlier_turn)
        panes.command_requested.connect(run.run)
        panes.menu_requested.connect(self.windows.show_menu)
        panes.stop_requested.connect(run.stop)
        self.template_question.chosen.connect(self._answer_template)

    def _wire_actions(self) -> None:
        commands = self.commands
        commands.ask_all.triggered.connect(lambda: self.asking.ask_written(self.prompt.text()))
        commands.stop.triggered.connect(lambda: self.controller.stop())
        commands.add.triggered.connect(self.add_wanted)
        commands.remove.triggered.connect(lambda: self._run_focused(PaneCommand.REMOVE))
        commands.new_chat.triggered.connect(self._new_chat)
        commands.measure.triggered.connect(self.measure_wanted)
        commands.many.triggered.connect(self.many_wanted)
        commands.focus_prompt.triggered.connect(self.focus_prompt)
        commands.show_chats.toggled.connect(self.chats.setVisible)
        commands.show_plots.toggled.connect(self.show_plots)
        commands.show_settings.toggled.connect(self._show_settings)
        for index, action in enumerate(commands.focus_panes):
            action.triggered.connect(lambda _checked=False, at=index: self._ask_only(at))
        for command, action in commands.for_pane.items():
            action.triggered.connect(lambda _checked=False, what=command: self._run_focused(what))

    # --- what the session says ----------------------------------------------------------

    def _on_panes_changed(self) -> None:
        panes, chat = self._session.panes, self._session.chat
        # Before the columns are made, which stand below it.
        self._refresh_welcome()
        self.panes.set_panes()
        self.top.set_mode(chat.mode)
        self.top.set_panes(len(panes))
        self.show_panes(bool(panes))
        self.settings.follow_session()
        self.windows.forget_closed()
        self._shapes.clear()
        self._show_plot_candidates()
        self.figures.note()
        self._refresh_state()

    def _on_pane_changed(self, key: str) -> None:
        if self._session.chat.pane(key) is None:
            return
        pane = self._session.pane(key)
        self.panes.note_pane(key)
        self.figures.note()
        # Ten times a second it is only the live figures, which the columns show.
        facts = (pane.state, pane.needed_bytes, pane.estimated_bytes, id(pane.model))
        others = (id(pane.loaded), id(pane.setup), pane.lacks_engine, self._session.busy)
        others = (*others, len(pane.picture_tokens), pane.sees)
        shape = (*facts, *others)
        if (before := self._shapes.get(key)) == shape:
            return
        self._shapes[key] = shape
        if before is None or before[3] != shape[3]:
            self._on_model_read()
        if before is None or before[4] != shape[4]:
            self.costs.ask()
        self.settings.follow_pane(key)
        self._refresh_state()

    def _on_model_read(self) -> None:
        """More is known of a file: how all are called beside each other may change."""
        self.panes.note_all()
        self._show_plot_candidates()

    def _on_turns_changed(self) -> None:
        self._refresh_welcome()
        self.panes.set_turns()
        # What stands in many answers costs some milliseconds: each column has a moment of its own.
        for pane in self._session.panes:
            self._signals.gather_turns(pane.key)
        self.figures.refresh()
        self._refresh_state()

    def _on_chats_changed(self) -> None:
        chat = self._session.chat
        self.chats.set_chats(self._session.list_chats(MOST_CHATS), chat.id)
        self.title_changed.emit(chat.title)

    def _on_speed(self, key: str, time_ns: int, tokens_per_second: float) -> None:
        if self._plots is not None:
            self._plots.add_speed(key, time_ns, tokens_per_second)

    # --- showing ------------------------------------------------------------------------

    def _refresh_state(self) -> None:
        panes, busy = self._session.panes, self._session.busy
        naming = self._naming()
        askable = [
            Askable(pane.key, pane.letter, naming.name(pane), pane.sees, pane.picture_tokens)
            for pane in panes
        ]
        self.prompt.set_state(busy=busy, askable=askable)
        self.commands.follow(busy=busy, panes=len(panes))
        self.top.set_title(naming.title(panes))
        self.template_question.show_question(self._session.templates.question())
        self._refresh_hygiene()

    def _naming(self) -> Naming:
        return Naming(self._session.panes, self._session.chat.reference_key)

    def _refresh_hygiene(self) -> None:
        sentence = hygiene_sentence(self._session.chat, self._session.panes)
        if sentence != self.hygiene.text():
            self.hygiene.setText(sentence)
            self.hygiene.setVisible(bool(sentence))

    def _refresh_welcome(self) -> None:
        panes = self._session.panes
        wanted = bool(panes) and not self._session.chat.turns
        if wanted:
            demo = all(self._is_demo(pane.candidate) for pane in panes)
            self.welcome.set_chat(demo=demo, candidates=len(panes))
        self.welcome.setVisible(wanted)
        self.figures.setVisible(bool(panes) and bool(self._session.chat.turns))

    def _show_plot_candidates(self) -> None:
        if self._plots is not None:
            naming = self._naming()
            self._plots.set_candidates(
                PlotCandidate(c.key, c.letter, naming.name(pane), c.colour)
                for pane in self._session.panes
                for c in (pane.setup,)
            )

    def _show_settings(self, shown: bool) -> None:
        if shown and self.settings.subject is None:
            self.settings.show_chat()
        elif not shown and self.settings.subject is not None:
            self.settings.close_panel()

    def _show_for_pane(self, command: PaneCommand, key: str) -> None:
        match command:
            case PaneCommand.SETTINGS:
                self.settings.show_candidate(key)
                self.commands.show_settings.setChecked(True)
            case PaneCommand.LOG:
                self.windows.show_log(key)
            case PaneCommand.REPAIR:
                self.repair_wanted.emit()
            case PaneCommand.ELSEWHERE:
                header = self.panes.view(key).header
                self.windows.show_elsewhere(key, header.mapToGlobal(header.rect().bottomLeft()))
            case _:
                raise AssertionError(command)

    # --- what the person does -----------------------------------------------------------

    def _new_chat(self) -> None:
        if self.controller.new_chat():
            self.focus_prompt()

    def _answer_template(self, question: TemplateQuestion, template_id: str) -> None:
        self.controller.answer_template(question, template_id)
        self._refresh_state()
        if self.template_question.isHidden():
            self.focus_prompt()

    def _open_chat(self, chat_id: int) -> None:
        if not self.controller.open_chat(chat_id):
            self._on_chats_changed()

    def _ask_only(self, index: int) -> None:
        """Choose whom the field asks; the one that is chosen already gives way to all."""
        panes = self._session.panes
        if index < len(panes):
            key = panes[index].key
            again = self.prompt.only == key
            self.prompt.ask_only(None if again else key)
            self.panes.focus_pane(key)
            self.focus_prompt()

    def _run_focused(self, command: PaneCommand) -> None:
        panes = self._session.panes
        key = self.panes.focused_key
        if key is None and len(panes) == 1:
            key = panes[0].key
        if key is None:
            self.say(self.tr("Choose a model first: click its name, or press Ctrl and its number."))
        else:
            self.controller.run(command, key)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.focus_prompt()
