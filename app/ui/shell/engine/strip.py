"""The line above every page while the engine is built, and the reason where it could not be."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QFrame, QWidget

from app.engine.installed import BuildPhase
from app.ui.kit.outside import open_outside
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, BannerAction, ProgressLine, Severity, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import time_left
from app.ui.kit.words.text import translate
from app.ui.shell.engine.build import EngineBuild, EngineState

DOT = " · "


class EngineStrip(QWidget):
    """Hidden while engines can be started. Main thread only."""

    def __init__(self, build: EngineBuild, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build = build
        self.words = label("")
        self.meanwhile = label(
            self.tr(
                "Meanwhile you can search, download, look at files, and ask already:"
                " answers come when it is there."
            ),
            "dim",
            wrap=True,
        )
        self.line = ProgressLine(self.tr("Engine"), height_px=4)
        self._working = QFrame()
        self._working.setProperty("role", "surface")
        in_column(
            in_row(self.words, (self.meanwhile, 1), spacing=GRID * 2),
            self.line,
            on=self._working,
            margins=(GRID * 2, GRID, GRID * 2, GRID),
            spacing=GRID // 2,
        )
        self.notice = Banner()
        in_column(self._working, self.notice, on=self, margins=(GRID, GRID, GRID, 0), spacing=None)
        build.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        state = self._build.state
        self.setVisible(state is not EngineState.THERE)
        self._working.setVisible(state in (EngineState.BUILDING, EngineState.ABSENT))
        self.notice.setVisible(state is EngineState.FAILED)
        if state is EngineState.FAILED:
            self._show_problem()
        else:
            self._show_progress()

    def _show_progress(self) -> None:
        progress, share = self._build.progress, self._build.share
        parts = [_phase_words(progress.phase if progress is not None else BuildPhase.LOOKING)]
        if progress is not None and share is not None:
            step = self.tr("step {n} of {total}")
            parts.append(step.format(n=progress.done, total=progress.total))
            parts.append(time_left(self._build.seconds_left))
        text = DOT.join(part for part in parts if part)
        self.words.setText(text)
        self.setAccessibleName(text)
        if self._build.state is EngineState.THERE:
            self.line.clear()
        else:
            self.line.set_share(share)

    def _show_problem(self) -> None:
        self.line.clear()
        actions = [BannerAction(self.tr("Try again"), self._build.retry, primary=True)]
        if self._build.log:
            log = QUrl.fromLocalFile(self._build.log)
            actions.append(BannerAction(self.tr("Show log"), lambda: open_outside(log)))
        advice = (
            self.tr("Without an engine nothing answers; all else works.")
            if self._build.wait is not None
            else self.tr("The engine from before stays in use.")
        )
        self.notice.show_notice(Severity.ERROR, self._build.problem, advice, actions)


def _phase_words(phase: BuildPhase) -> str:
    return {
        BuildPhase.WAITING: translate(
            "EngineStrip", "The engine is being compiled by another set-up"
        ),
        BuildPhase.LOOKING: translate("EngineStrip", "Looking at the engine"),
        BuildPhase.FETCHING: translate("EngineStrip", "Fetching the engine’s source"),
        BuildPhase.COMPILING: translate("EngineStrip", "Compiling the engine for this PC, once"),
        BuildPhase.INSTALLING: translate("EngineStrip", "Installing the engine"),
    }[phase]
