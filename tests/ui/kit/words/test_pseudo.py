"""The pseudo-language: longer, marked, and without harm to what programs read."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.kit.words.pseudo import pseudo
from tests.helpers.pseudo import english, plain_words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Open a file", "«ÓÓpééñ áá fííłéé»"),
        ("{n} of %1 files", "«{n} óóf %1 fííłééš»"),
        ("<b>bold</b> &lt; more", "«<b>bóółđ</b> &lt; móóřéé»"),
        ("&Open && close", "«&Opééñ && çłóóšéé»"),
        ("press Ctrl+Shift+K", "«přééšš Ctrl+Shift+K»"),
        ("see https://example.org/page", "«šéééé https://example.org/page»"),
        ("{0} – {1}", "{0} – {1}"),
        ("", ""),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert pseudo(text) == said


@given(st.text(string.ascii_letters + " .,&<>{}%1“”"))
def test_it_reads_as_english_again(text: str) -> None:
    assert english(pseudo(text)) == text


def test_it_is_longer_by_about_a_third() -> None:
    text = "Needs more memory than this PC has: close other programs first, or take a smaller level"
    assert 1.25 < len(pseudo(text)) / len(text) < 1.5


def test_words_that_were_not_translated_are_told() -> None:
    text = f"{pseudo('Open a file')} or <b>close</b> it"
    assert plain_words(text) == ["close"]
