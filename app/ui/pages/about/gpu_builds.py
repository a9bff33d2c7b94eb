"""Tells how an engine comes to use the GPU of this PC."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QWidget

from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.settings.gpu_words import gpu_words

if TYPE_CHECKING:
    from app.engine.protocol.loading import Hello

_PINNED = "llama-cpp-python==0.3.36"
"""What pyproject.toml asks for; a test compares them."""

_SWITCHES = {
    "CUDA": "GGML_CUDA",
    "ROCm": "GGML_HIP",
    "Metal": "GGML_METAL",
    "Vulkan": "GGML_VULKAN",
}


def build_command(backend: str, *, windows: bool = os.name == "nt") -> str:
    """The line that builds the engine with a backend, in the shell that people have there."""
    install = f"pip install --force-reinstall --no-deps --no-cache-dir {_PINNED}"
    switch = f"-D{_SWITCHES[backend]}=on"
    if windows:
        return f'$env:CMAKE_ARGS="{switch}"; {install}'
    return f'CMAKE_ARGS="{switch}" {install}'


class GpuBuilds(QWidget):
    """A sentence on what is so here, and a line for each kind of GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.state = label("", wrap=True)
        self.how = label(self._how(), "dim", wrap=True)
        column = in_column(label(self.tr("GPUs"), "strong"), self.state, self.how, on=self)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        for backend, needs in self._kinds().items():
            command = label(build_command(backend), wrap=True)
            command.setFont(fixed)
            command.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            command.setAccessibleName(backend)
            column.addWidget(label(needs, "small-dim", wrap=True))
            column.addWidget(command)

    def follow(self, hello: Hello | None) -> None:
        """Say what the engine found; None while it was not asked."""
        self.state.setVisible(hello is not None)
        if hello is not None:
            self.state.setText(gpu_words(hello))

    def _how(self) -> str:
        if getattr(sys, "frozen", False):
            return self.tr(
                "This package brings an engine of its own, which cannot be exchanged. For another"
                " one, install Shrinkscope with pip into an environment of its own, then build"
                " llama-cpp-python there with the line for your GPU and start Shrinkscope again:"
            )
        return self.tr(
            "The build of llama-cpp-python decides which GPUs are used. To get another one, run the"
            " line for your GPU in the environment that Shrinkscope runs in, and start it again:"
        )

    def _kinds(self) -> dict[str, str]:
        """What each backend is for and needs."""
        return {
            "CUDA": self.tr("NVIDIA: CUDA. Needs the CUDA toolkit and a C++ compiler."),
            "ROCm": self.tr("AMD: ROCm. Needs ROCm with its compiler."),
            "Metal": self.tr("Apple: Metal. Needs Apple’s command line tools; on by default."),
            "Vulkan": self.tr(
                "Most others: Vulkan. Needs the Vulkan headers, glslc and a C++ compiler."
            ),
        }
