"""Somebody who reads the window in the pseudo-language and knows no English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.helpers.pseudo import plain_words
from tests.helpers.shown_texts import shown_texts

if TYPE_CHECKING:
    from collections.abc import Collection

    from PySide6.QtWidgets import QWidget

# What has its name in every language: programs, makers, formats, units, levels.
NAMES = (
    "Shrinkscope", "shrinkscope-demo", "llama.cpp", "llama", "Hugging Face", "LM Studio", "Ollama",
    "Jan", "GGUF", ".gguf", ".jsonl", "mit", "tok/s", "HF_ENDPOINT", "HF_HOME", "sha256", "CPU",
    "Alpaca", "ChatML", "Gemma", "Llama", "Mistral", "Vicuna", "YaRN", "demo-capitals",
)  # fmt: skip
# Addresses, keys, hashes, names of processors and of what they can.
_NOT_WORDS = re.compile(
    r"(?<!\w)/\S+|https?://\S+|\b(?:Ctrl|Shift|Alt|Enter|Return|Left|Right|Esc|Del)\b"
    r"|\b[0-9a-f]{32,}\b|^CPU: .*|^(?:[A-Z][A-Z0-9._]+(?:, |$))+"
)
# Where others' words are shown: the names of packages, commands, llama.cpp's log, questions.
_OTHERS = ("AboutPage", "GpuBuilds", "ElsewherePopover", "LogView")


class Reader:
    """Reads every text that there is, and holds what is plain English against the window."""

    def __init__(self, earlier: Collection[QWidget], *names: str) -> None:
        self._earlier = earlier
        self._names = [*NAMES]
        self.know(*names)
        self._plain: dict[str, str] = {}

    def know(self, *names: str) -> None:
        """Names, and what models and engines have written."""
        self._names = sorted((*self._names, *names), key=len, reverse=True)

    def read(self, where: str) -> None:
        """Everything that is shown, or would be."""
        for shown in shown_texts(self._earlier):
            if not any(other in shown.where for other in _OTHERS):
                self.read_text(shown.text, f"{where}, {shown.where}")

    def read_text(self, text: str, where: str) -> None:
        """One text."""
        words = self._words(text)
        if words and text not in self._plain:
            self._plain[text] = f"{where}: {' '.join(words)}"

    def understood(self) -> None:
        """Fails where something was English."""
        assert not self._plain, "\n".join(
            f"{where}: {text!r}" for text, where in self._plain.items()
        )

    def _words(self, text: str) -> list[str]:
        text = _NOT_WORDS.sub(" ", text.replace("\u200b", ""))
        for name in self._names:
            text = text.replace(name, " ")
        return plain_words(text)
