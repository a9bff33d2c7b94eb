"""The About page: version, licences, the machine's devices."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.base.build import PROGRAM
from app.core.engines.instruction_sets import sets_in_use
from app.ui.kit.icons import app_icon
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.labels import hrule, label
from app.ui.kit.widgets.layouts import Gap, in_column, in_grid
from app.ui.kit.words.format import byte_size
from app.ui.pages.about.gpu_builds import GpuBuilds
from app.ui.shell.engine.check_words import checkup_words, variant_words

if TYPE_CHECKING:
    from app.engine.protocol.loading import Device
    from app.ui.settings.engine.facts import EngineFacts
    from app.ui.shell.engine.checkup import EngineCheckup

_WIDTH_PX = 640
_ICON_PX = 64

# Distribution, what it is for, licence. Versions are those that are installed.
_COMPONENTS = (
    ("llama-cpp-python", "llama.cpp", "MIT"),
    ("PySide6-Essentials", "Qt", "LGPL-3.0"),
    ("pyqtgraph", "", "MIT"),
    ("numpy", "", "BSD-3-Clause"),
    ("pygments", "", "BSD-2-Clause"),
    ("psutil", "", "BSD-3-Clause"),
    ("msgspec", "", "BSD-3-Clause"),
    ("huggingface-hub", "", "Apache-2.0"),
    ("keyring", "", "MIT"),
    ("platformdirs", "", "MIT"),
    ("jinja2", "", "BSD-3-Clause"),
    ("rich", "", "MIT"),
)


class AboutPage(QScrollArea):
    """Says what this program is, under which licences, and on what it runs.

    Args:
        engine: Asked for its devices when the page is first shown.
        checkup: What the engine's check of itself found.
    """

    def __init__(self, engine: EngineFacts, checkup: EngineCheckup | None = None) -> None:
        super().__init__()
        self._checkup = checkup
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._engine = engine
        self._backends = label("", wrap=True)
        self._devices = label("", wrap=True)
        self._variant = label("", wrap=True)
        self._sets = label("", wrap=True)
        self._check = label("", wrap=True)
        self._gpu_builds: GpuBuilds | None = None
        self._built = False
        engine.changed.connect(self._follow_engine)
        self._follow_engine()
        if checkup is not None:
            checkup.changed.connect(self._follow_check)
            self._follow_check()

    def _follow_engine(self) -> None:
        hello = self._engine.hello
        if self._gpu_builds is not None:
            self._gpu_builds.follow(hello)
        if hello is None:
            for each in (self._backends, self._variant, self._sets):
                each.setText("")
            self._devices.setText(self._engine.problem or self.tr("Asking the engine …"))
            return
        self._backends.setText(", ".join(hello.backends))
        self._variant.setText(variant_words(hello.variant))
        self._sets.setText(", ".join(sets_in_use(hello.system_info)))
        self._devices.setText("\n".join(_device_words(device) for device in hello.devices))

    def _follow_check(self) -> None:
        if self._checkup is not None:
            self._check.setText(checkup_words(self._checkup))

    def facts(self) -> str:
        """What a report of a fault should name: versions and the system."""
        lines = [
            PROGRAM,
            f"Python {platform.python_version()}, Qt {qVersion()}",
            platform.platform(),
            *(f"{name} {_installed(name)}" for name, _what, _licence in _COMPONENTS),
        ]
        if self._engine.hello is not None:
            lines += [self._backends.text(), self._devices.text()]
            lines += [self._variant.text(), self._sets.text(), self._check.text()]
        return "\n".join(lines)

    def _build(self) -> None:
        # Reading the installed versions takes longer than all else of this page: not at the start.
        if not self._built:
            self._built = True
            self.setWidget(self._content())

    def _content(self) -> QWidget:
        content = QWidget()
        content.setProperty("role", "plain")
        content.setMaximumWidth(_WIDTH_PX)
        column = in_column(
            _AppPicture(),
            label(PROGRAM, "title"),
            label(
                self.tr(
                    "Which shrunken version of a model should I run, and what do I lose? "
                    "Everything runs on this PC; nothing is sent anywhere unless you ask for it."
                ),
                wrap=True,
            ),
            Gap(8),
            on=content,
            margins=24,
        )
        self._add_facts(column)
        column.addSpacing(8)
        self._gpu_builds = GpuBuilds()
        self._gpu_builds.follow(self._engine.hello)
        column.addWidget(self._gpu_builds)
        column.addSpacing(8)
        column.addWidget(label(self.tr("Built with"), "strong"))
        self._add_components(column)
        column.addWidget(
            label(
                self.tr(
                    "Shrinkscope is free software under the MIT licence. Qt is used under the GNU "
                    "Lesser General Public License, version 3: its libraries are separate files "
                    "that you may replace with your own build."
                ),
                "dim",
                wrap=True,
            )
        )
        copy = push_button(self.tr("Copy versions"), icon_name="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.facts()))
        column.addSpacing(8)
        column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return content

    def _add_facts(self, column: QVBoxLayout) -> None:
        grid = in_grid(across=16, down=4, grows=1)
        facts = (
            (self.tr("System"), label(platform.platform(), wrap=True)),
            (self.tr("Python and Qt"), label(f"{platform.python_version()}, {qVersion()}")),
            (self.tr("Backends"), self._backends),
            (self.tr("Computes on"), self._devices),
            (self.tr("Processor variant"), self._variant),
            (self.tr("Instruction sets"), self._sets),
            (self.tr("Self-check"), self._check),
        )
        for row, (name, value) in enumerate(facts):
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(name, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        column.addLayout(grid)

    def _add_components(self, column: QVBoxLayout) -> None:
        grid = in_grid(across=16, down=4, grows=3)
        for row, (name, what, licence) in enumerate(_COMPONENTS):
            shown = f"{name} ({what})" if what else name
            grid.addWidget(label(shown), row, 0)
            grid.addWidget(label(_installed(name), "dim"), row, 1)
            grid.addWidget(label(licence, "dim"), row, 2)
        column.addLayout(grid)
        column.addWidget(hrule())

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        self._build()
        self._engine.ask()
        super().showEvent(event)


class _AppPicture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._icon = app_icon()
        self.setFixedSize(_ICON_PX, _ICON_PX)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    # Qt's own names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:
        self._icon.paint(QPainter(self), self.rect())


def _device_words(device: Device) -> str:
    words = f"{device.name}: {device.description}"
    # Of the PC's own memory llama.cpp knows less than the window's plots.
    if device.kind == "cpu" or not device.total_bytes:
        return words
    return f"{words}, {byte_size(device.total_bytes)}"


def _installed(distribution: str) -> str:
    """The installed version; a dash where a frozen program carries no metadata."""
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "–"
