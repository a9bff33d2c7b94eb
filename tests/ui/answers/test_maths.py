"""Products and formulas in answers read as they were typed.

Tests app.ui.answers.reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.answers.maths import keep_maths
from app.ui.answers.reader import find_place, rendered

if TYPE_CHECKING:
    from PySide6.QtGui import QTextDocument
    from PySide6.QtWidgets import QApplication

AS_TYPED = [
    "2*3*4 = 24",
    "2**3**4 and x**2",
    "f(a*b)*c, then [i]*(j+1)*k",
    r"\(x_1 * y_2\) and \[ a_i = \frac{1}{2} \] are one",
    r"an area of \(\pi r^2\), not \(2\pi r\)",
    "$a_1 * b_2 * c$ costs $5 and $6",
    "I paid $5*2*3 and $6.",
    r"$$E = mc^2$$ or $\sum_{i=1}^{n} i$",
    r"\begin{align} a &= b \\ c &= d * e * f \end{align}",
    "它是2*3*4",
    r"$\{x \mid x < 3\}$ and \(a < b > c\)",
]
BESIDE = [
    ("*this* and **that** are 2*3*4", "this and that are 2*3*4", {"this", "that"}),
    ("**2*3*4**", "2*3*4", {"2*3*4"}),
    ("**bold**text and *it*alic", "boldtext and italic", {"bold", "it"}),
    ("这是**重点**内容", "这是重点内容", {"重点"}),
    ("**because $c_1$ is** 1*2*3", "because $c_1$ is 1*2*3", {"because $c_1$ is"}),
    ("- *a* is 2*3*4\n- b", "a is 2*3*4\nb", {"a"}),
    ("|a|b|\n|-|-|\n|2*3*4|$x_1*y_1*z$|", "\na\nb\n2*3*4\n$x_1*y_1*z$\n", {"a", "b"}),
    (r"\*no emphasis\*", "*no emphasis*", set[str]()),
]
CODE = [
    "`2*3*4 \\(x\\)`",
    "``a`*b*c``",
    "```\n2*3*4 \\(x\\) $a_b$\n\nx*y*z\n```",
    "text\n\n    2*3*4 \\(x\\)\n\n    a*b*c",
    "[page](https://example.org/a*b*c)",
]


def emphasised(document: QTextDocument) -> set[str]:
    found: set[str] = set()
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            look = fragment.charFormat()
            if look.fontItalic() or look.fontWeight() > 500:
                found.add(fragment.text())
            iterator += 1
        block = block.next()
    return found


@pytest.mark.parametrize("source", AS_TYPED)
def test_maths_reads_as_typed(qapp: QApplication, source: str) -> None:
    for text in (source, f"# {source}", f"- {source}\n- and more", f"> {source}"):
        document = rendered(text)
        assert source in document.toPlainText()
        if not text.startswith("#"):
            assert emphasised(document) == set()


def test_a_formula_of_several_lines_keeps_its_lines(qapp: QApplication) -> None:
    for opening, closing in (("$$", "$$"), (r"\[", r"\]")):
        lines = [opening, r"\sum_{i=1}^n i", "- b * c * d", "= e", closing]
        assert rendered("\n".join(lines)).toPlainText().split("\n") == lines


@pytest.mark.parametrize(("source", "shown", "marked"), BESIDE)
def test_emphasis_beside_it_stays(
    qapp: QApplication, source: str, shown: str, marked: set[str]
) -> None:
    document = rendered(source)
    assert document.toPlainText().strip("\n") == shown.strip("\n")
    assert emphasised(document) == marked


@pytest.mark.parametrize("source", CODE)
def test_code_and_addresses_are_left_alone(source: str) -> None:
    assert keep_maths(source) == source


@given(st.text("*$\\()[]`a1 \n_-", max_size=80))
def test_signs_in_any_order_lose_no_letter(text: str) -> None:
    kept = keep_maths(text)
    assert kept.replace("\\", "") == text.replace("\\", "")
    assert kept.count("\n") == text.count("\n")


def test_a_place_behind_a_product_is_found(qapp: QApplication) -> None:
    source = "So 2*3*4 gives *twenty* four."
    for word in ("gives", "four"):
        place = find_place(source, source.index(word), 4)
        assert place is not None
        assert rendered(f"x\n\n{source}").toPlainText()[place + 1 :].lstrip("\n").startswith(word)
