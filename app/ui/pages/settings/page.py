"""The Settings page: what holds for the whole program, in groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from app.core.candidates.notation import told_settings
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import Gap, in_column, scroll_down
from app.ui.kit.wishes import remark
from app.ui.pages.settings.entries import Entry, Group, entries
from app.ui.pages.settings.kept import KeptSection
from app.ui.pages.settings.rows import GroupRows, show_value

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from app.core.candidates.candidate import Candidate
    from app.store.settings import Settings

_MOST_CHARACTERS = 110


class PreferencesPage(QScrollArea):
    """Every setting with its words and its control, and what is so on this PC.

    Signals:
        changed: The person chose: the setting's name and its value.
        seen: The page is shown: what may have changed is asked for.
        models_wanted: The person wants to go to the Models page.
        about_wanted: The person wants to go to the About page.

    Attributes:
        controls: By the settings' names.
        kept: What is kept where.
    """

    changed = Signal(str, object)
    seen = Signal()
    models_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, now: Settings) -> None:
        super().__init__()
        self.controls: dict[str, QWidget] = {}
        self._found: tuple[Candidate, ...] = ()
        self.kept = KeptSection()
        self.kept.models_wanted.connect(self.models_wanted)
        # Its place is known once it is laid out.
        self.kept.asked.connect(lambda: QTimer.singleShot(0, self, self._show_question))
        scroll_down(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._content())
        for key in self.controls:
            self.show_setting(key, getattr(now, key))
        self.show_tuned(now.tuned)

    def show_setting(self, key: str, value: object) -> None:
        """Show what a setting is, without telling anybody."""
        show_value(self.controls[key], value)

    def go_to(self, key: str) -> None:
        """Bring a setting into view, and give its control the focus."""
        control = self.controls[key]
        self.ensureWidgetVisible(control)
        control.setFocus()

    def show_gpu(self, words: str) -> None:
        """Say whether a GPU is used, and if not, why."""
        self._gpu.setText(words)

    def show_tuned(self, tuned: tuple[Candidate, ...]) -> None:
        """Name the models that are loaded with what was found to be best for them here."""
        self._found = tuned
        lines = [f"{each.name}: {told_settings(each)}" for each in tuned]
        none = self.tr("None; “Tune for this PC” stands among a model’s settings.")
        self._tuned.setText("\n".join(lines) or none)
        self._forget.setVisible(bool(tuned))

    def show_folders(self, words: str) -> None:
        """Name the person's own folders."""
        self._folders.setText(words)

    def show_downloads(self, words: str) -> None:
        """Say where downloads go, and how to have them go elsewhere."""
        self._downloads.setText(words)

    def show_hub(self, words: str) -> None:
        """Name the Hub in use."""
        self._hub.setText(words)

    def _forget_tuned(self) -> None:
        before = self._found
        self._take_tuned(())
        said = self.tr("Models are loaded as usual from now on.")
        remark(self, said, lambda: self._take_tuned(before))

    def _take_tuned(self, tuned: tuple[Candidate, ...]) -> None:
        self.changed.emit("tuned", tuned)
        self.show_tuned(tuned)

    def _show_question(self) -> None:
        self.ensureWidgetVisible(self.kept.question)

    def _content(self) -> QWidget:
        content = QWidget()
        content.setProperty("role", "plain")
        content.setMaximumWidth(content.fontMetrics().averageCharWidth() * _MOST_CHARACTERS)
        groups = {group: GroupRows(group.title) for group in Group if group is not Group.PRIVACY}
        for entry in entries():
            self.controls[entry.key] = groups[entry.group].add_entry(entry, self._teller(entry))
        self._add_facts(groups)
        in_column(*groups.values(), self.kept, Gap(8), 1, on=content, margins=24)
        return content

    def _add_facts(self, groups: dict[Group, GroupRows]) -> None:
        engine, models = groups[Group.ENGINE], groups[Group.MODELS]
        asking = self.tr("Asking the engine …")
        how = push_button(self.tr("How to use a GPU"), "link", run=self.about_wanted)
        self._gpu = engine.add_fact(self.tr("GPU"), asking, how)
        self._forget = push_button(self.tr("Forget"), "link", run=self._forget_tuned)
        self._tuned = engine.add_fact(self.tr("Tuned for this PC"), "", self._forget)
        to_models = [
            push_button(self.tr("Change on Models"), "link", run=self.models_wanted),
            push_button(self.tr("Account"), "link", run=self.models_wanted),
        ]
        self._folders = models.add_fact(self.tr("Folders of your own"), "", to_models[0])
        self._downloads = models.add_fact(self.tr("Downloads go to"), "")
        self._hub = models.add_fact(self.tr("Hub"), "", to_models[1])

    def _teller(self, entry: Entry) -> Callable[[object], object]:
        return lambda value: self.changed.emit(entry.key, value)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()
