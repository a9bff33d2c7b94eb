"""Sentences of errors, short context lengths, and the columns that a width has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from app.core.errors import PersonError
from app.hub.errors import DiskFull, HubBroken, HubGated, HubRateLimited
from app.ui.models.columns import fitting
from app.ui.models.error_words import known, sentence
from app.ui.models.words import short_tokens

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("tokens", "words"), [(512, "512"), (1024, "1K"), (131_072, "128K"), (1_000, "1000")]
)
def test_a_context_is_said_shortly(tokens: int, words: str) -> None:
    assert short_tokens(tokens).replace(",", "") == words


def test_errors_are_said_by_their_kind() -> None:
    full = sentence(DiskFull(3_000_000_000, 1_000_000_000, "/")).replace("\u00a0", " ")
    assert "3.0 GB" in full
    assert "1.0 GB" in full
    assert "licence" in sentence(HubGated("org/model", "https://hub/org/model"))
    assert "40" in sentence(HubRateLimited("Too many.", retry_after_s=40.0))
    assert sentence(HubRateLimited("Too many.")) == "Too many."
    assert sentence(PersonError("Something else.")) == "Something else."


class Shouting(QTranslator):
    """Translates by raising its voice."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return source.upper() if context == "HubErrors" else ""

    def isEmpty(self) -> bool:
        return False


def test_sentences_that_always_read_the_same_are_translated(qtbot: QtBot) -> None:
    voice = Shouting()
    QCoreApplication.installTranslator(voice)
    try:
        broken = HubBroken("The connection to the Hub broke off.")
        assert sentence(broken) == "THE CONNECTION TO THE HUB BROKE OFF."
        assert known("It fits this PC with room to spare.").isupper()
    finally:
        QCoreApplication.removeTranslator(voice)


def test_columns_hide_one_after_another_until_the_rest_has_room() -> None:
    fixed = {"a": 50, "b": 60, "c": 70}
    assert fitting(400, fixed, "ab", 200) == (frozenset(), 220)
    assert fitting(350, fixed, "ab", 200) == (frozenset("a"), 220)
    assert fitting(100, fixed, "ab", 200) == (frozenset("ab"), 30)
