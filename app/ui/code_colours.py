"""Syntax colours for code blocks: Pygments finds the tokens, the theme gives the colours."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.lexer import Lexer

    from app.ui.tokens import Tokens

# What a model writes is not trusted: lexers are regular expressions, and some take very long on
# text that was never code. Beyond these sizes code is shown in one colour.
MOST_CHARACTERS = 20_000
LONGEST_LINE = 2_000


@cache
def _lexer(language: str) -> Lexer | None:
    # Imported late: the table of languages takes a while to load and many answers have no code.
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


# Panes often write the same code, and a growing answer is shown many times before it ends.
@lru_cache(maxsize=32)
def coloured_spans(code: str, language: str, tokens: Tokens) -> tuple[tuple[int, int, str], ...]:
    """Pieces of code that have a colour: offset, length, colour as #RRGGBB.

    None for an unknown language and for text that is too long to look at.
    """
    return tuple(_spans(code, language, tokens))


def _spans(code: str, language: str, tokens: Tokens) -> Iterator[tuple[int, int, str]]:
    lexer = _lexer(language.strip().lower()) if language.strip() else None
    if lexer is None or len(code) > MOST_CHARACTERS:
        return
    if max(map(len, code.splitlines()), default=0) > LONGEST_LINE:
        return
    for offset, kind, text in lexer.get_tokens_unprocessed(code):
        colour = _colour_of(kind, tokens)
        if colour:
            yield offset, len(text), colour


def _colour_of(kind: object, tokens: Tokens) -> str:
    name = str(kind)
    for prefix, field in _KINDS:
        if name.startswith(prefix):
            return str(getattr(tokens, field))
    return ""


_KINDS = (
    ("Token.Comment", "code_comment"),
    ("Token.Literal.String", "code_string"),
    ("Token.Literal.Number", "code_number"),
    ("Token.Keyword.Constant", "code_number"),
    ("Token.Keyword", "code_keyword"),
    ("Token.Operator.Word", "code_keyword"),
    ("Token.Name.Function", "code_name"),
    ("Token.Name.Class", "code_name"),
    ("Token.Name.Decorator", "code_name"),
    ("Token.Name.Tag", "code_keyword"),
    ("Token.Name.Attribute", "code_name"),
    ("Token.Name.Builtin", "code_name"),
    ("Token.Generic.Deleted", "failed"),
    ("Token.Generic.Inserted", "ready"),
    ("Token.Generic.Heading", "code_keyword"),
)


def warm_up() -> None:
    """Load Pygments and its commonest lexer before the first code block needs them."""
    lexer = _lexer("python")
    if lexer is not None:
        list(lexer.get_tokens_unprocessed("x = 1"))
