"""Blind votes in the pseudo-language: no word is plain English but prompts and answers.

Of app.ui.pages.ladder.votes.panel with all that stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.pseudo_reader import Reader
    from tests.ui.pages.ladder.votes.conftest import Shown

PROMPTS = ("Q1?", "Q2?", "Q3?")
NAMES = ("name-of-blue", "name-of-green", "name-of-aborts")
WRITTEN = ("The sky is blue.", "The sky is green!")
OF_THE_SYSTEM = "No such file or directory"
SVG_TEXT = "{http://www.w3.org/2000/svg}text"


def test_from_prompts_to_what_the_votes_say(
    reader: Reader, shown: Shown, versions: dict[str, Path]
) -> None:
    reader.know(*NAMES, *WRITTEN, OF_THE_SYSTEM)
    panel = shown.panel
    reader.read("nothing")
    shown.offer(versions["blue"], versions["green"])
    reader.read("overview")
    for action in panel.form.examples_menu().actions():
        reader.read_text(action.text(), "examples")
    shown.ask(*PROMPTS)
    reader.read("asking")
    shown.until(lambda: not shown.backend.running)
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_4):
        reader.read("a vote")
        shown.key(key)
        reader.read("who was who")
        if key == Qt.Key.Key_1:
            panel.voting.undo_button.click()
            reader.read("taken back")
        shown.key(Qt.Key.Key_Return)
    reader.read("what the votes say")
    picture = shown.folder / "band.svg"
    panel.standing.picture.outlet.save(picture)
    for text in ElementTree.parse(picture).iter(SVG_TEXT):
        reader.read_text("".join(text.itertext()), "the band")
    panel.standing.export_to(shown.folder / "none" / "votes.csv")
    shown.offer(versions["blue"], versions["aborts"])
    shown.ask(*PROMPTS)
    shown.until(lambda: not shown.backend.running)
    reader.read("a crash")
    for said in shown.said:
        reader.read_text(said, "said")
    reader.understood()
