"""Everything that can be set for one candidate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLayout, QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.labels import hrule, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.status_dot import StatusDot
from app.ui.kit.wishes import TuneWanted, wish
from app.ui.kit.words.text import translate
from app.ui.settings.adapters_editor import AdaptersEditor
from app.ui.settings.draft_editor import DraftEditor
from app.ui.settings.engine.editor import EngineEditor
from app.ui.settings.projector_box import ProjectorBox
from app.ui.settings.sampling_editor import SamplingEditor
from app.ui.settings.settings_rows import SettingsRows, choice_box, choose

if TYPE_CHECKING:
    from app.core.candidates.adapters import Adapter
    from app.core.candidates.drafts import Draft
    from app.core.candidates.settings import EngineSettings, SamplingSettings
    from app.core.chats.panes import ChatPane


class NamedTemplate(Protocol):
    """What is needed of a ``app.core.chats.templates.ChatTemplate``."""

    @property
    def id(self) -> str:
        """Names it in a candidate."""
        ...

    @property
    def name(self) -> str:
        """Names it for the person."""
        ...


def template_name(template: NamedTemplate) -> str:
    """What a well-known template is called: most as their makers call them."""
    return translate("Template", "Plain completion") if template.id == "plain" else template.name


class CandidateSettings(QWidget):
    """A pane's engine, template and sampling settings.

    Signals:
        changed: The person changed something: the new ``ChatPane``.

    Args:
        setup: What is edited.
        shared: The chat's sampling settings, which hold while it has none of its own.
        templates: The well-known chat templates to choose from.
        has_template: Whether the model file brings a template.
        parent: Its owner.
    """

    changed = Signal(object)

    def __init__(
        self,
        setup: ChatPane,
        shared: SamplingSettings,
        templates: Sequence[NamedTemplate],
        *,
        has_template: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._setup = setup
        self._shared = shared
        self._last_own: SamplingSettings | None = None
        self._template = choice_box(
            [
                (self.tr("from the file") if has_template else self.tr("ask me"), None),
                *((template_name(template), template.id) for template in templates),
            ]
        )
        self._projector = ProjectorBox()
        self._adapters = AdaptersEditor()
        self._draft = DraftEditor()
        self._engine = EngineEditor()
        self.tune_button = push_button(
            self.tr("Tune for this PC …"),
            icon_name="ladder",
            run=lambda: wish(self, TuneWanted(self._setup.candidate)),
        )
        set_tip(
            self.tune_button,
            self.tr(
                "Measures threads, flash attention, types of the cache and more, and says which"
                " settings are best here."
            ),
        )
        self._own = QCheckBox(self.tr("Own sampling settings"))
        set_tip(
            self._own,
            self.tr(
                "Without own settings this model answers with the chat's. Answers that were made "
                "with different settings cannot be held against each other."
            ),
        )
        self._sampling = SamplingEditor()
        self._lay_out()
        self.setAccessibleName(self.tr("Settings of {letter}").format(letter=setup.letter))
        self._template.activated.connect(self._on_template)
        self._projector.chosen.connect(
            lambda path: self._apply(self._setup.running(projector=path))
        )
        self._adapters.changed.connect(self._on_adapters)
        self._draft.changed.connect(self._on_draft)
        self._engine.changed.connect(self._on_engine)
        self._own.clicked.connect(self._on_own)
        self._sampling.changed.connect(self._on_sampling)
        self._show()

    def _lay_out(self) -> None:
        head = in_row(
            StatusDot(self._setup.letter),
            (label(self.tr("Settings of this model"), "strong"), 1),
            spacing=None,
        )
        template_rows = SettingsRows()
        template_rows.add(
            self.tr("Chat template"),
            self._template,
            self.tr(
                "How a chat is written out for the model. A model answers badly with a template "
                "that it was not trained with."
            ),
        )
        template_rows.add(
            self.tr("Sees with"),
            self._projector,
            self.tr(
                "A projector (mmproj) is a second file that comes with models that see: it turns "
                "pictures into what the model reads. It takes memory, pictures or not. Auto: the "
                "one beside the file, from the first picture on."
            ),
        )
        here, sampling = QWidget(), in_column(self._own, self._sampling)
        tune = in_row(self.tune_button, 1)
        in_column(template_rows, self._adapters, self._draft, self._engine, tune, on=here)
        parts: tuple[QWidget | QLayout, ...] = (here, hrule(), sampling)
        if (server := self._setup.candidate.server) is not None:
            here.setEnabled(False)
            self._engine.note.hide()
            words = self.tr("It runs on {server}: how it is loaded is set there.")
            reason = label(words.format(server=server.host), "small-dim", wrap=True)
            parts = (sampling, hrule(), reason, here)
        in_column(head, *parts, 1, on=self, margins=(0, 0, 8, 0))

    @property
    def setup(self) -> ChatPane:
        """The pane with the settings that hold."""
        return self._setup

    @property
    def engine(self) -> EngineEditor:
        """Its engine settings."""
        return self._engine

    @property
    def projector(self) -> ProjectorBox:
        """With which projector it sees."""
        return self._projector

    @property
    def adapters(self) -> AdaptersEditor:
        """Its adapters."""
        return self._adapters

    @property
    def draft(self) -> DraftEditor:
        """What drafts for it."""
        return self._draft

    @property
    def sampling(self) -> SamplingEditor:
        """Its sampling settings."""
        return self._sampling

    @property
    def own_box(self) -> QCheckBox:
        """Whether it has sampling settings of its own."""
        return self._own

    @property
    def template_box(self) -> QComboBox:
        """The choice of chat templates."""
        return self._template

    def set_setup(self, setup: ChatPane, shared: SamplingSettings) -> None:
        """Show other settings without telling anybody."""
        self._setup = setup
        self._shared = shared
        self._show()

    def _on_template(self) -> None:
        self._apply(self._setup.running(template_id=self._template.currentData()))

    def _on_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        self._apply(self._setup.running(adapters=adapters))

    def _on_draft(self, draft: Draft | None) -> None:
        self._apply(self._setup.running(draft=draft))

    def _on_engine(self, settings: EngineSettings) -> None:
        self._apply(self._setup.running(engine=settings))

    def _on_own(self, own: bool) -> None:
        self._last_own = self._setup.sampling or self._last_own
        sampling = (self._last_own or self._shared) if own else None
        self._apply(replace(self._setup, sampling=sampling))
        self._show()

    def _on_sampling(self, settings: SamplingSettings) -> None:
        self._apply(replace(self._setup, sampling=settings))

    def _apply(self, changed: ChatPane) -> None:
        if changed != self._setup:
            self._setup = changed
            self.changed.emit(changed)

    def _show(self) -> None:
        own = self._setup.sampling is not None
        choose(self._template, self._setup.candidate.template_id)
        self._projector.set_used(self._setup.candidate.projector)
        self._adapters.set_adapters(self._setup.candidate.adapters)
        self._draft.set_draft(self._setup.candidate.draft)
        self._engine.set_settings(self._setup.candidate.engine)
        self._own.setChecked(own)
        self._sampling.setEnabled(own)
        self._sampling.setVisible(own)
        self._sampling.set_settings(self._setup.sampling or self._shared)
