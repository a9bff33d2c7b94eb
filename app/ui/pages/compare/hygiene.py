"""Says in one line where panes are not compared alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.candidates.settings import FlashAttention
from app.core.chats.templates import PLAIN_ID, template_by_id
from app.ui.kit.words.format import count
from app.ui.kit.words.text import translate
from app.ui.pages.compare.elsewhere import server_remarks
from app.ui.pages.compare.words import adapter_words, joined
from app.ui.settings.candidate_settings import template_name

if TYPE_CHECKING:
    from app.core.chats.chat import Chat
    from app.lab.compare.panes import Pane


def hygiene_sentence(chat: Chat, panes: Sequence[Pane]) -> str:
    """What differs between panes beside their model files; empty if nothing does.

    A comparison is fair when every pane gets the same rendered prompt, sampler, seed, context,
    KV cache and thinking setting. A system prompt that a template takes no other way stands in the
    first message; that is said of a single pane too.
    """
    remarks = _differences(chat, panes) if len(panes) > 1 else []
    remarks += server_remarks(chat, panes)
    moved = [pane.letter for pane in panes if pane.system_in_user]
    if moved and chat.system_prompt.strip():
        form = translate(
            "Hygiene",
            "{letters}: the system prompt is part of the first message (its chat template "
            "takes none)",
        )
        remarks.append(form.format(letters=", ".join(moved)))
    if not remarks:
        return ""
    line = "; ".join(remarks)
    return line[0].upper() + line[1:] + "."


def _differences(chat: Chat, panes: Sequence[Pane]) -> list[str]:
    remarks: list[str] = []
    own = [p.letter for p in panes if p.setup.sampling not in (None, chat.sampling)]
    if len(own) == 1:
        remarks.append(translate("Hygiene", "{letter} uses its own sampling").format(letter=own[0]))
    elif own:
        remarks.append(
            translate("Hygiene", "{letters} use their own sampling").format(letters=joined(own))
        )
    questions = {pane.letter: chat.turns_of(pane.key) for pane in panes}
    first, *others = ([id(turn) for turn in turns] for turns in questions.values())
    if any(other != first for other in others):
        numbers = ", ".join(f"{letter} {count(len(turns))}" for letter, turns in questions.items())
        asked = translate("Hygiene", "not all were asked the same questions ({values})")
        remarks.append(asked.format(values=numbers))
    for template, value_of in (
        (translate("Hygiene", "thinking differs ({values})"), lambda p: _thinking(chat, p)),
        (translate("Hygiene", "the context differs ({values})"), _context),
        (
            translate("Hygiene", "the KV cache differs ({values})"),
            _here(lambda p: "/".join(dict.fromkeys(p.candidate.engine.kv_types))),
        ),
        (translate("Hygiene", "adapters differ ({values})"), _here(_adapters)),
        (translate("Hygiene", "the experts used differ ({values})"), _here(_experts)),
        (translate("Hygiene", "flash attention differs ({values})"), _here(_flash)),
        (translate("Hygiene", "the chat template differs ({values})"), _template),
    ):
        values = _by_pane(panes, value_of)
        if len(set(values.values())) > 1:
            listed = ", ".join(f"{letter} {value}" for letter, value in values.items())
            remarks.append(template.format(values=listed))
    remarks += _other_templates(panes)
    return remarks


def _other_templates(panes: Sequence[Pane]) -> list[str]:
    """Servers whose template is none of the files' beside them, as far as they tell."""
    texts = {text for pane in panes if pane.model is not None and (text := pane.manner.text)}
    here = {hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts}
    form = translate("Hygiene", "{letter}: its server has another chat template")
    return [
        form.format(letter=pane.letter)
        for pane in panes
        if here
        and pane.served is not None
        and pane.served.template_digest
        and pane.served.template_digest not in here
    ]


def _here(value_of: Callable[[Pane], str]) -> Callable[[Pane], str | None]:
    """Of what runs on this PC alone: a server does not tell it."""
    return lambda pane: None if pane.candidate.server is not None else value_of(pane)


def _by_pane(panes: Sequence[Pane], value_of: Callable[[Pane], str | None]) -> dict[str, str]:
    values = ((pane.letter, value_of(pane)) for pane in panes)
    return {letter: value for letter, value in values if value is not None}


def _thinking(chat: Chat, pane: Pane) -> str | None:
    if pane.loaded is None or not pane.loaded.has_thinking_switch:
        return None
    setting = (pane.setup.sampling or chat.sampling).thinking
    if setting is None:
        return translate("Hygiene", "as the template says")
    return translate("Hygiene", "on") if setting else translate("Hygiene", "off")


def _context(pane: Pane) -> str | None:
    if pane.loaded is not None:
        return f"{pane.loaded.context_tokens}" if pane.loaded.context_tokens else None
    wanted = pane.candidate.engine.context_tokens
    return None if wanted is None else f"{wanted}"


def _flash(pane: Pane) -> str:
    words = {
        FlashAttention.AUTO: translate("Hygiene", "automatic"),
        FlashAttention.ON: translate("Hygiene", "on"),
        FlashAttention.OFF: translate("Hygiene", "off"),
    }
    return words[pane.candidate.engine.flash_attention]


def _adapters(pane: Pane) -> str:
    return adapter_words(pane.candidate) or translate("Hygiene", "none")


def _experts(pane: Pane) -> str:
    used = pane.candidate.engine.experts
    return count(used) if used is not None else translate("Hygiene", "as the file says")


def _template(pane: Pane) -> str | None:
    """Templates that only a server knows are held against those of files by their digests."""
    if pane.candidate.server is not None:
        return None
    chosen = PLAIN_ID if pane.lacks_template else pane.candidate.template_id
    if chosen is None:
        return translate("Hygiene", "the file's own")
    return template_name(template_by_id(chosen))
