"""The tab of other devices: choose a version, see where it fits and how fast it would be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtWidgets import QWidget

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.notation import told_settings
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, EngineSettings, KvType
from app.core.devices.carried import CarriedBasis
from app.core.errors import PersonError
from app.core.models.family import families
from app.core.words.sentence import say
from app.lab.scale.whatif import Asked, WhatIf
from app.ui.kit.plain import add_choice
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.flow import in_lines
from app.ui.kit.widgets.full_height import FullHeight
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.words.format import context_length, percent
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.scale.elsewhere.content import Bar, ElsewhereContent, describe
from app.ui.pages.scale.elsewhere.drawing import lay_out, least_height
from app.ui.pages.scale.elsewhere.own import OwnDevice
from app.ui.pages.scale.elsewhere.table import DevicesModel, DevicesView
from app.ui.pages.scale.sheet import DrawnSheet
from app.ui.plots.header import SaveButton
from app.ui.plots.ladder.board import Board
from app.ui.plots.ladder.look import Look
from app.ui.plots.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from app.core.devices.device import Device
    from app.core.models.family import Family, LibraryModel
    from app.ui.kit.jobs import Job
    from app.ui.pages.scale.elsewhere.backends import ElsewhereBackends

_CONTEXTS = (2048, DEFAULT_CONTEXT_TOKENS, 8192, 16_384, 32_768, 65_536, 131_072)
_MOST_BARS = 8
_SHEET = QSizeF(112 * GRID, 60 * GRID)


class ElsewhereTab(QWidget):
    """Main thread only. Nothing is planned before somebody looks."""

    def __init__(self, backends: ElsewhereBackends) -> None:
        super().__init__()
        self._backends = backends
        self._families: tuple[Family, ...] = ()
        self._models: Sequence[LibraryModel] = ()
        self._offered: Sequence[LibraryModel] | None = None
        self._opened: list[tuple[str, Candidate]] = []
        self._known: dict[Asked, WhatIf] = {}
        self._failed: dict[Asked, PersonError] = {}
        self._job: Job[None] | None = None
        self.source = ChoiceBox(self.tr("Version"), least_characters=16)
        self.context = ChoiceBox(self.tr("Size of the context"))
        for tokens in _CONTEXTS:
            words = self.tr("Context {0}").format(context_length(tokens))
            self.context.addItem(words, tokens)
        self.context.setCurrentIndex(_CONTEXTS.index(DEFAULT_CONTEXT_TOKENS))
        self.kv = ChoiceBox(self.tr("Number format of the cache"))
        for kind in KvType:
            self.kv.addItem(self.tr("Cache {0}").format(str(kind).upper()), kind)
        self.kv.setCurrentIndex(self.kv.findData(EngineSettings().kv_type))
        self.board = Board(
            ElsewhereContent(), self.tr("Devices by memory"), lay_out=lay_out, describe=describe
        )
        self.model = DevicesModel(self)
        self.table = DevicesView(self.model)
        self.search = search_field(self.tr("Find a device"))
        self.note = label("", "small-dim", wrap=True)
        self.own = OwnDevice()
        self.remove = push_button(self.tr("Remove"), "link", run=self._remove)
        self.remove.hide()
        self.outlet = Outlet(
            lambda: DrawnSheet(
                lay_out(self.board.content, _SHEET, Look.of(self.font(), current_tokens()))
            ),
            self.model.as_csv,
            self.model.as_csv,
            "shrinkscope-devices",
            self,
        )
        above, below = FullHeight(), FullHeight()
        save = (SaveButton(self.outlet), 0, Qt.AlignmentFlag.AlignTop)
        choices = in_lines(self.source, self.context, self.kv, grows=self.source)
        head = in_row((choices, 1), save)
        in_column(head, (self.board, 1), on=above)
        search = in_row((self.search, 1), self.remove)
        in_column(search, (self.table, 1), self.own, self.note, on=below)
        pictured = split(above, below, grows=1, sizes=(50 * GRID, 44 * GRID), vertical=True)
        in_column((pictured, 1), on=self, margins=(2 * GRID, GRID, 2 * GRID, GRID))
        for box in (self.source, self.context, self.kv):
            box.activated.connect(self._ask)
        self.search.textChanged.connect(self.table.proxy.setFilterFixedString)
        self.table.picked.connect(self._pick)
        self.board.picked.connect(self._pick)
        self.own.added.connect(self._add)
        self._show()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Offer the versions of these."""
        self._models = models
        if self.isVisible():
            self._offer()
            self._ask()

    def _offer(self) -> None:
        """Offer the versions of the models that are here now, once somebody looks.

        Behind a version stands what Compare has it open with.
        """
        opened = [(letter, _carried_along(each)) for letter, each in self._backends.opened()]
        opened = [(letter, each) for letter, each in opened if not each.is_plain]
        if self._offered is self._models and self._opened == opened:
            return
        self._offered, self._opened = self._models, opened
        self._families = families(self._models)
        before = self._chosen
        self.source.clear()
        for family in self._families:
            for model in family.models:
                if model.why_not is None:
                    self._offer_version(f"{family.name} · {model.label}", model.path)
        if before is not None:
            self._select(before)

    def _offer_version(self, name: str, path: Path) -> None:
        add_choice(self.source, name, candidate_of(path))
        for letter, candidate in self._opened:
            if candidate.local == path:
                words = self.tr("{version} · {letter}: {settings}").format(
                    version=name, letter=letter, settings=told(told_settings(candidate))
                )
                add_choice(self.source, words, candidate)

    @property
    def _chosen(self) -> Candidate | None:
        """Its settings are asked about, beside what the boxes say; None without any model."""
        return self.source.currentData()

    def _select(self, candidate: Candidate) -> None:
        every = [self.source.itemData(place) for place in range(self.source.count())]
        if candidate in every:
            self.source.setCurrentIndex(every.index(candidate))

    def choose(self, path: Path) -> None:
        """Ask about this file."""
        self._offer()
        self._select(candidate_of(path))
        if self.isVisible():
            self._ask()

    def stop(self) -> None:
        """Plan nothing more; the window closes."""
        if self._job is not None:
            self._job.cancel()

    # ---------------------------------------------------------------------------- questions

    def _question(self, chosen: Candidate, path: Path) -> Asked:
        """What is asked about a version: with the chosen one's settings."""
        engine = replace(chosen.engine, kv_type=KvType(self.kv.currentData()))
        candidate = replace(chosen, source=LocalFile(str(path)), engine=engine)
        return Asked(candidate, self.context.currentData())

    def _versions(self, path: Path | None) -> tuple[LibraryModel, ...]:
        """Those of a file's family, it among them."""
        for family in self._families:
            sound = [model for model in family.models if model.why_not is None]
            place = next((n for n, model in enumerate(sound) if model.path == path), None)
            if place is not None:
                first = max(0, min(place - _MOST_BARS // 2, len(sound) - _MOST_BARS))
                return tuple(sound[first : first + _MOST_BARS])
        return ()

    def _ask(self) -> None:
        """Have planned what is not known yet, the chosen version first."""
        self.stop()
        self._job = None
        self._failed.clear()
        chosen, asked = self._chosen, list[Asked]()
        if chosen is not None:
            path = chosen.local
            versions = sorted(self._versions(path), key=lambda model: model.path != path)
            asked = [self._question(chosen, model.path) for model in versions]
        missing = [each for each in asked if each not in self._known]
        if missing:
            self._job = self._backends.jobs.run(
                lambda context: self._backends.plan(missing, context),
                progress=self._take,
                done=self._end,
                failed=lambda error: self.note.setText(sentence(error)),
            )
        self._show()

    def _end(self, _nothing: None) -> None:
        self._job = None

    def _take(self, answer: tuple[Asked, WhatIf | PersonError]) -> None:
        asked, found = answer
        if isinstance(found, WhatIf):
            self._known[asked] = found
        else:
            self._failed[asked] = found  # until it is asked again
        self._show()

    # ---------------------------------------------------------------------------- showing

    def _show(self) -> None:
        chosen = self._chosen
        path = None if chosen is None else chosen.local
        if chosen is None or path is None:
            empty = (
                self.tr("No model on this PC yet"),
                self.tr("What one of them would do on other devices will stand here."),
            )
            self._show_content(ElsewhereContent(empty=empty))
            self.note.setText("")
            return
        asked = self._question(chosen, path)
        answer = self._known.get(asked) or self._failed.get(asked)
        devices = [*self._backends.own(), *self._backends.devices]
        self.own.set_taken([device.name for device in devices])
        bars = tuple(self._bar(model, chosen) for model in self._versions(path))
        found = answer.on(devices) if isinstance(answer, WhatIf) else []
        self._show_content(ElsewhereContent(bars, tuple(found)))
        self.note.setText(self._note(answer))

    def _bar(self, model: LibraryModel, chosen: Candidate) -> Bar:
        answer = self._known.get(self._question(chosen, model.path))
        needs = None if answer is None else answer.needs.total_bytes
        return Bar(model.label or model.name, needs, model.path == chosen.local)

    def _show_content(self, content: ElsewhereContent) -> None:
        self.board.set_content(content)
        self.board.setMinimumHeight(least_height(content, self.fontMetrics().height()))
        self.model.take(content.devices)

    def _note(self, answer: WhatIf | PersonError | None) -> str:
        if answer is None:
            return self.tr("llama.cpp plans the load …")
        if isinstance(answer, PersonError):
            return sentence(answer)
        plan = self.tr(
            "Memory by llama.cpp's own plan for a context of {context}. Speeds are a range: at"
            " least with a full context, at most with an empty one."
        ).format(context=context_length(answer.context_tokens))
        if answer.own.basis is CarriedBasis.KERNELS:
            basis = self.tr("This PC reaches {share} of its own memory's speed with these formats.")
        else:
            basis = self.tr(
                "This PC could not be measured: the least rests on {share} of a memory's speed,"
                " which is usual."
            )
        draft = told(say("scale.draft_speeds_nothing")) if answer.has_draft else ""
        warm = self.tr("Phones and small boards slow down when they get warm.")
        basis = basis.format(share=percent(min(1, answer.own.share)))
        return " ".join(filter(None, (plan, basis, draft, warm)))

    def _pick(self, name: str) -> None:
        self.board.mark(name)
        self.table.choose(name)
        own = {device.name for device in self._backends.own()}
        self.remove.setVisible(name in own)

    # ---------------------------------------------------------------------------- own devices

    def _add(self, device: Device) -> None:
        self._backends.keep_own((*self._backends.own(), device))
        self._show()
        self._pick(device.name)

    def _remove(self) -> None:
        name = self.table.chosen
        kept = tuple(device for device in self._backends.own() if device.name != name)
        self._backends.keep_own(kept)
        self.remove.hide()
        self._show()

    def _sheet(self) -> DrawnSheet:
        look = Look.of(self.font(), current_tokens())
        return DrawnSheet(lay_out(self.board.content, _SHEET, look))

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._offer()
        self._ask()


def _carried_along(candidate: Candidate) -> Candidate:
    """A candidate without what the boxes say, and without what matters on this PC alone."""
    engine = replace(
        candidate.engine, context_tokens=None, threads=None, kv_type=KvType.F16, value_type=None
    )
    return replace(candidate, engine=engine, template_id=None)
