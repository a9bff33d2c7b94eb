"""Sentences of errors, short context lengths, and the columns that a width has room for."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

import app.hub
from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.hub.errors import DiskFull, HubBroken, HubGated, HubRateLimited
from app.ui.kit.columns import fitting
from app.ui.kit.error_words import known, sentence
from app.ui.kit.hub_sentences import TEMPLATES, translated
from app.ui.pages.models.words import short_tokens
from tests.ui.pages.models.fake_backends import found

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("tokens", "words"), [(512, "512"), (1024, "1K"), (131_072, "128K"), (1_000, "1000")]
)
def test_a_context_is_said_shortly(tokens: int, words: str) -> None:
    assert short_tokens(tokens).replace(",", "") == words


def test_errors_are_said_by_their_kind() -> None:
    full = sentence(DiskFull(3_000_000_000, 1_000_000_000, "/")).replace("\u00a0", " ")
    assert "3.00 GB" in full
    assert "1.00 GB" in full
    assert "licence" in sentence(HubGated("org/model", "https://hub/org/model"))
    assert "40" in sentence(HubRateLimited("Too many.", retry_after_s=40.0))
    assert sentence(HubRateLimited("Too many.")) == "Too many."
    assert sentence(PersonError("Something else.")) == "Something else."


class Shouting(QTranslator):
    """Translates by raising its voice."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        if context != "HubErrors" or source not in TEMPLATES:
            return source
        pieces = re.split(r"(\{\w+\})", source)
        return "".join(each if each.startswith("{") else each.upper() for each in pieces)

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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "The Hub (hub.example) cannot be reached: is this PC online?",
            "THE HUB (hub.example) CANNOT BE REACHED: IS THIS PC ONLINE?",
        ),
        ("“a.gguf” of org/model is not there.", "“a.gguf” OF org/model IS NOT THERE."),
        (
            "The Hub had too many requests from here; try again in 40 s.",
            "THE HUB HAD TOO MANY REQUESTS FROM HERE; TRY AGAIN IN 40 s.",
        ),
        (
            "The download does not go on: the connection to the Hub broke off. What is there"
            " already is kept; try again later.",
            "THE DOWNLOAD DOES NOT GO ON: THE CONNECTION TO THE HUB BROKE OFF. WHAT IS THERE"
            " ALREADY IS KEPT; TRY AGAIN LATER.",
        ),
        ("“{reason}” ends inside its header.", "“{reason}” ENDS INSIDE ITS HEADER."),
        ("Nobody knows this one.", "Nobody knows this one."),
    ],
)
def test_sentences_with_names_in_them_are_translated_too(
    qtbot: QtBot, text: str, told: str
) -> None:
    assert known(text) == text
    voice = Shouting()
    QCoreApplication.installTranslator(voice)
    try:
        assert translated(text) == known(text) == told
    finally:
        QCoreApplication.removeTranslator(voice)


MODULES = [f"app.hub.{each.stem}" for each in sorted(Path(app.hub.__file__).parent.glob("*.py"))]
MODULES += ["app.core.hub.listed_choice", "app.core.hub_names", "app.core.hub.links"]


def shape(text: str) -> str:
    """A template with every part that differs, or several in a row, as ``{}``."""
    return re.sub(r"(?:\{\w*\})+", "{}", text)


def sentences_in(name: str) -> list[str]:
    """The shapes of all sentences that a module makes errors of."""
    module = importlib.import_module(name)
    found: list[str] = []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        kind = getattr(module, getattr(node.func, "id", ""), None)
        own = isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"
        if not own and not (isinstance(kind, type) and issubclass(kind, PersonError)):
            continue
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.append(first.value)
        elif isinstance(first, ast.JoinedStr):
            found.append(
                "".join(
                    str(each.value) if isinstance(each, ast.Constant) else "{}"
                    for each in first.values
                )
            )
    return [shape(text) for text in found if " " in text]


def test_every_sentence_of_the_hub_can_be_translated() -> None:
    known_shapes = {shape(template) for template in TEMPLATES}
    made = {text for name in MODULES for text in sentences_in(name)}
    assert len(made) > 30
    assert sorted(made - known_shapes) == []


def test_columns_hide_one_after_another_until_the_rest_has_room() -> None:
    fixed = {"a": 50, "b": 60, "c": 70}
    assert fitting(400, fixed, "ab", 200) == (frozenset(), 220)
    assert fitting(350, fixed, "ab", 200) == (frozenset("a"), 220)
    assert fitting(100, fixed, "ab", 200) == (frozenset("ab"), 30)


def test_a_sentence_of_any_length_is_looked_up_at_once() -> None:
    """Names come from others; forms with two parts would go back for hours in this one."""
    text = "This repository has no level “" + "”; there is " * 100_000
    assert translated(text) == text


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
