"""The tokens of code blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.answers.code.colours import tokens_of
from app.ui.answers.code.languages import LANGUAGES

NAMES = sorted(LANGUAGES)


def told(code: str, language: str) -> list[tuple[str, str]]:
    return [(code[start:end], kind) for start, end, kind in tokens_of(code, LANGUAGES[language])]


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        (
            "python",
            "@cached\ndef area(r):  # of 'it'\n    return 3.14e0 * r",
            [
                ("@cached", "name"),
                ("def", "keyword"),
                ("area", "name"),
                ("# of 'it'", "comment"),
                ("return", "keyword"),
                ("3.14e0", "number"),
            ],
        ),
        ("python", 'x = """a\n"b" """ + \'c\\\'d\'', [('"""a\n"b" """', "string")] * 1),
        ("c", "#include <a.h>\n/* b */ int x = 0xFF;", [("#include", "keyword")]),
        ("js", "const a = `b\n${c}`; // d", [("const", "keyword"), ("`b\n${c}`", "string")]),
        ("sql", "SELECT a FROM b -- c", [("SELECT", "keyword"), ("FROM", "keyword")]),
        ("json", '{"a": "b", "c": true}', [('"a"', "name"), ('"b"', "string"), ('"c"', "name")]),
        ("yaml", "key: 'v' # c", [("key", "name"), ("'v'", "string"), ("# c", "comment")]),
        ("diff", "@@ 1 @@\n-a\n+b", [("@@ 1 @@", "keyword"), ("-a", "removed"), ("+b", "added")]),
        ("html", '<a href="x">', [("<a", "keyword"), ("href", "name"), ('"x"', "string")]),
        ("rust", "fn f<'a>() -> u8 { 'x' }", [("fn", "keyword"), ("f", "name"), ("u8", "name")]),
        ("bash", 'echo "$A" ${B} # c', [("echo", "name"), ('"$A"', "string"), ("${B}", "name")]),
    ],
)
def test_tokens_are_what_they_seem(
    language: str, code: str, expected: list[tuple[str, str]]
) -> None:
    assert told(code, language)[: len(expected)] == expected


def test_what_is_opened_and_not_closed_goes_to_the_end() -> None:
    assert told("/* a\nb", "c") == [("/* a\nb", "comment")]
    assert told('x = """a\nb', "python") == [('"""a\nb', "string")]
    assert told("x = 'a\ny = 1", "python") == [("'a", "string"), ("1", "number")]


@pytest.mark.parametrize("language", NAMES)
@given(st.text(alphabet="ab1 \n\"'`/*#<>-=:$@{}()[]\\.", max_size=120))
def test_tokens_follow_each_other_in_any_text(language: str, code: str) -> None:
    end = 0
    for start, stop, _kind in tokens_of(code, LANGUAGES[language]):
        assert end <= start < stop <= len(code)
        end = stop
