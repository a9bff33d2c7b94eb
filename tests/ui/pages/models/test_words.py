"""Sentences of errors, short context lengths, and the columns that a width has room for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.core.words.sentence import Amount, Kind, Sentence, say, wait
from app.hub.errors import DiskFull, HubGated
from app.ui.kit.views.columns import fitting
from app.ui.kit.words.format import context_length
from app.ui.kit.words.sentences import sentence, told
from tests.ui.pages.models.fake_backends import found

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("tokens", "words"), [(512, "512"), (1024, "1K"), (131_072, "128K"), (1_000, "1000")]
)
def test_a_context_is_said_shortly(tokens: int, words: str) -> None:
    assert context_length(tokens).replace(",", "") == words


def test_errors_are_said_by_their_kind() -> None:
    full = sentence(DiskFull(3_000_000_000, 1_000_000_000, "/")).replace("\u00a0", " ")
    assert "3.00 GB" in full
    assert "1.00 GB" in full
    assert "licence" in sentence(HubGated("org/model", "https://hub/org/model"))
    assert sentence(PersonError("Something else.")) == "Something else."


class Shouting(QTranslator):
    """Translates by raising its voice."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        if context != "Sentences":
            return source
        pieces = re.split(r"(\{[\w:]+\})", source)
        return "".join(each if each.startswith("{") else each.upper() for each in pieces)

    def isEmpty(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            say("hub.hub_cannot_reached_pc_online", host="hub.example"),
            "THE HUB (hub.example) CANNOT BE REACHED: IS THIS PC ONLINE?",
        ),
        (
            say("hub.too_many_requests_wait", wait=wait(40)),
            "THE HUB HAD TOO MANY REQUESTS FROM HERE; TRY AGAIN IN 40\u00a0s.",
        ),
        (
            say("hub.download_does_not_go_already", reason=say("hub.connection_hub_broke_off")),
            "THE DOWNLOAD DOES NOT GO ON: tHE CONNECTION TO THE HUB BROKE OFF. WHAT IS THERE"
            " ALREADY IS KEPT; TRY AGAIN LATER.",
        ),
        (say("hub.ends_inside_header", name="{name}"), "“{name}” ENDS INSIDE ITS HEADER."),
        ("Somebody else’s words.", "Somebody else’s words."),
    ],
)
def test_sentences_are_told_in_the_windows_language(
    qtbot: QtBot, said: Sentence | str, words: str
) -> None:
    voice = Shouting()
    QCoreApplication.installTranslator(voice)
    try:
        assert told(said) == words
    finally:
        QCoreApplication.removeTranslator(voice)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_fact_is_told(kind: Kind) -> None:
    assert told(Sentence("verbatim", {"text": Amount(kind, 0.5)}))


def test_columns_hide_one_after_another_until_the_rest_has_room() -> None:
    fixed = {"a": 50, "b": 60, "c": 70}
    assert fitting(400, fixed, "ab", 200) == (frozenset(), 220)
    assert fitting(350, fixed, "ab", 200) == (frozenset("a"), 220)
    assert fitting(100, fixed, "ab", 200) == (frozenset("ab"), 30)


def test_a_search_result_is_told_by_architecture_task_and_name() -> None:
    told = [
        found("org/x-GGUF", architecture="bert", task=None),
        found("org/x-GGUF", architecture="llama", task="text-ranking"),
        found("org/bge-m3-GGUF", architecture=None, task=None),
        found("org/FLUX.1-dev-gguf", architecture=None, task="text-to-image"),
        found("org/bge-m3-writer-GGUF", architecture="llama", task="text-generation"),
    ]
    kinds = [
        ModelKind.EMBEDDING,
        ModelKind.RERANKER,
        ModelKind.EMBEDDING,
        ModelKind.IMAGE,
        ModelKind.LANGUAGE_MODEL,
    ]
    assert [repository.kind for repository in told] == kinds
