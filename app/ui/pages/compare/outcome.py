"""What the newest answers show, in a sentence: who says the same as the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.chats.chat import StopReason
from app.ui.kit.words.text import translate
from app.ui.pages.compare.words import joined

if TYPE_CHECKING:
    from app.lab.compare.session import Session

_SAID = (StopReason.END, StopReason.LENGTH)


def outcome_sentence(session: Session) -> str:
    """Of the last turn, once all of its answers are there; empty where nothing can be compared.

    Answers that failed or were stopped are left out.
    """
    chat = session.chat
    if not chat.turns:
        return ""
    turn = chat.turns[-1]
    asked = [pane for pane in session.panes if pane.key in turn.answers]
    if any(turn.answers[pane.key].stop_reason is None for pane in asked):
        return ""
    said = [pane for pane in asked if turn.answers[pane.key].stop_reason in _SAID]
    reference = next((pane for pane in said if pane.key == chat.reference_key), None)
    if reference is None or len(said) < 2:
        return ""
    agree = [
        pane.letter for pane in said if pane is reference or session.says_the_same(turn, pane.key)
    ]
    others = [pane.letter for pane in said if pane.letter not in agree]
    if not others:
        return translate("Outcome", "{letters} say the same.").format(letters=joined(agree))
    if len(agree) == 1:
        if len(others) == 1:
            return translate("Outcome", "{letters} differ.").format(
                letters=joined([*agree, *others])
            )
        return translate("Outcome", "{others} differ from {letter}.").format(
            others=joined(others), letter=agree[0]
        )
    form = (
        translate("Outcome", "{letters} agree, {others} does not.")
        if len(others) == 1
        else translate("Outcome", "{letters} agree, {others} do not.")
    )
    return form.format(letters=joined(agree), others=joined(others))
