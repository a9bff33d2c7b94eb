"""Every text of the window is found by Qt's extractor, and none goes past it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.extraction import EXTRACTOR, Sayings, found_by_qt, sayings_of

APP = Path(__file__).parents[4] / "app"
UI, CORE = APP / "ui", APP / "core"
# Keywords of programming languages, a file that programs read, a sentence for the log.
_NO_TEXTS = (
    "ui/answers/code/languages.py",
    "ui/plots/ladder/table.py",
    "ui/kit/words/language.py",
)
_NAMES = ("Hugging Face", "LM Studio")
# Where texts are translated that are marked beside it, or elsewhere.
_DOORS = (
    "ui/kit/words/text.py",
    "ui/kit/words/format.py",
    "ui/kit/words/sentences.py",
    "ui/pages/ladder/table/columns.py",
)
_NOT_WORDS = ("pip install", "# a **b**")


@pytest.fixture(scope="module")
def said() -> dict[str, Sayings]:
    """What each module of the window says, and what is said below it."""
    return {
        module.relative_to(APP).as_posix(): sayings for module, sayings in sayings_of([UI, CORE])
    }


def test_the_extractor_finds_every_text(said: dict[str, Sayings], tmp_path: Path) -> None:
    assert EXTRACTOR.exists()
    expected = {text for sayings in said.values() for text in sayings.texts}
    found = found_by_qt([APP / module for module in said], tmp_path)
    assert len(expected) > 1000
    assert found == expected


def test_every_text_is_written_where_it_is_said(said: dict[str, Sayings]) -> None:
    unsure = {module: sayings.unsure for module, sayings in said.items() if sayings.unsure}
    for door in _DOORS:
        unsure.pop(door, None)
    assert unsure == {}


def test_no_words_reach_the_window_untranslated(said: dict[str, Sayings]) -> None:
    bare = [
        place
        for module, sayings in said.items()
        if module.startswith("ui/") and module not in _NO_TEXTS
        for place in sayings.bare
        if not place.endswith(_NAMES) and not any(other in place for other in _NOT_WORDS)
    ]
    assert bare == []


def test_a_text_that_goes_past_it_is_told(tmp_path: Path) -> None:
    module = tmp_path / "page.py"
    module.write_text(
        '"""A page."""\n'
        "def show(self, name):\n"
        '    self.setText("Open a file")\n'
        '    self.setText("Open")\n'
        '    self.setText(f"{name} cannot be read")\n'
        '    self.setText(translate("Page", name))\n'
        '    self.setText(translate("Page", f"Open {name}"))\n'
        '    log.warning("nothing here")\n'
    )
    sayings = Sayings(module)
    assert [place.partition("py:")[2] for place in sayings.bare] == [
        "3: Open a file",
        "4: Open",
        "5:  cannot be read",
    ]
    assert len(sayings.unsure) == 2
    assert sayings.texts == set()


def test_the_extractor_does_not_find_texts_within_others(tmp_path: Path) -> None:
    module = tmp_path / "page.py"
    module.write_text("f\"{translate('Page', 'Open')}\"\n")
    assert found_by_qt([module], tmp_path) != Sayings(module).texts
