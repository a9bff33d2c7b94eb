"""Between the database's rows and the chats of :mod:`app.core.chats.chat`."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, ServerModel
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import (
    COMPARE_GREEDY,
    CompareMode,
    EngineSettings,
    SamplingSettings,
)
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.core.chats.pictures import Picture
from app.core.words.sentence import English, as_sentence, from_kept, kept
from app.store.tolerant import NotReadable, convert, from_json, look_up, to_json

log = logging.getLogger(__name__)

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
Column = str | int | None

_figures_decoder = msgspec.json.Decoder(AnswerFigures)
_REASONS = {reason.value: reason for reason in StopReason}

CHAT_COLUMNS = (
    "title",
    "created_ns",
    "changed_ns",
    "candidates",
    "reference_key",
    "system_prompt",
    "sampling",
    "mode",
    "dropped_turns",
)
ANSWER_COLUMNS = ("stop_reason", "error", "figures", "thinking", "text")


class _StoredPane(msgspec.Struct):
    """A pane as every version has written it: with its candidate's fields among its own."""

    key: str
    letter: str
    path: str
    engine: EngineSettings = EngineSettings()
    sampling: SamplingSettings | None = None
    template_id: str | None = None
    adapters: tuple[Adapter, ...] = ()
    projector: str | None = None
    draft: Draft | None = None
    server: ServerModel | None = None

    def pane(self) -> ChatPane:
        candidate = Candidate(
            self.server or LocalFile(self.path),
            self.engine,
            self.template_id,
            self.adapters,
            self.projector,
            self.draft,
        )
        return ChatPane(self.key, self.letter, candidate, self.sampling)


for _kind in (_StoredPane, SamplingSettings, Picture):
    look_up(_kind)


def _stored(pane: ChatPane) -> _StoredPane:
    ran = pane.candidate
    return _StoredPane(
        pane.key,
        pane.letter,
        ran.place,
        ran.engine,
        pane.sampling,
        ran.template_id,
        ran.adapters,
        ran.projector,
        ran.draft,
        ran.server,
    )


def storable(text: str) -> str:
    """Text that SQLite takes: halves of surrogate pairs become question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def chat_row(chat: Chat) -> tuple[Column, ...]:
    """A chat's values in the order of ``CHAT_COLUMNS``."""
    return (
        storable(chat.title),
        chat.created_ns,
        chat.changed_ns,
        to_json([_stored(pane) for pane in chat.panes]),
        chat.reference_key,
        storable(chat.system_prompt),
        to_json(chat.sampling),
        chat.mode.value,
        to_json(chat.dropped_turns),
    )


def chat_from(chat_id: int, row: tuple[Column, ...], turns: list[Turn]) -> Chat:
    """The chat of a row of ``CHAT_COLUMNS``; values that make no sense take their defaults."""
    title, created_ns, changed_ns, candidates, reference, system, sampling, mode, dropped = row
    return Chat(
        id=chat_id,
        title=cast("str", title),
        created_ns=cast("int", created_ns),
        changed_ns=cast("int", changed_ns),
        panes=panes_from(cast("str", candidates), chat_id),
        reference_key=cast("str | None", reference),
        system_prompt=cast("str", system),
        sampling=_sampling(cast("str", sampling), chat_id),
        mode=_mode(cast("str", mode)),
        dropped_turns=_dropped(cast("str", dropped), chat_id),
        turns=turns,
    )


def answer_row(answer: Answer) -> tuple[Column, ...]:
    """An answer's values in the order of ``ANSWER_COLUMNS``."""
    return (
        None if answer.stop_reason is None else answer.stop_reason.value,
        None if answer.error is None else storable(kept(as_sentence(answer.error))),
        None if answer.figures is None else msgspec.json.encode(answer.figures).decode(),
        storable(answer.thinking),
        storable(answer.text),
    )


def answer_from(row: tuple[Any, ...]) -> Answer:
    """The answer of a row of ``ANSWER_COLUMNS``; quick, because a long chat has thousands."""
    stop_reason, error, figures, thinking, text = row
    return Answer(
        text,
        thinking,
        stop_reason=_stop_reason(stop_reason),
        error=None if error is None else English(from_kept(error)),
        figures=None if figures is None else _figures(figures),
    )


def panes_from(text: str, chat_id: int) -> list[ChatPane]:
    """The panes of a chat's column; those that cannot be read are left out."""
    return [stored.pane() for stored in _each(text, _StoredPane, "candidate", chat_id)]


def pictures_column(pictures: Sequence[Picture]) -> str | None:
    """A turn's pictures as their column has them."""
    return storable(to_json(list(pictures))) if pictures else None


def pictures_from(text: str | None, chat_id: int = 0) -> tuple[Picture, ...]:
    """The pictures of a turn's column; those that cannot be read are left out."""
    return tuple(_each(text, Picture, "picture", chat_id)) if text else ()


def _sampling(text: str, chat_id: int) -> SamplingSettings:
    try:
        return from_json(text, SamplingSettings)
    except NotReadable as error:
        log.warning("chat %d: sampling settings were lost: %s", chat_id, error)
        return COMPARE_GREEDY


def _mode(value: str) -> CompareMode:
    try:
        return CompareMode(value)
    except ValueError:
        return CompareMode.RACE


def _dropped(text: str, chat_id: int) -> dict[str, int]:
    return _plain(text, dict[str, int], chat_id)


def _each(text: str, kind: type[S], called: str, chat_id: int) -> list[S]:
    """A list of structs out of JSON, without those that cannot be read."""
    found: list[S] = []
    for item in _plain(text, list[object], chat_id):
        try:
            found.append(convert(item, kind)[0])
        except NotReadable as error:
            log.warning("chat %d: a %s was left out: %s", chat_id, called, error)
    return found


def _plain(text: str, kind: type[T], chat_id: int) -> T:
    """A list or dict out of JSON, empty when it is none."""
    try:
        return msgspec.convert(json.loads(text), kind)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        log.warning("chat %d: %s", chat_id, error)
        return kind()


def _stop_reason(value: str | None) -> StopReason | None:
    # A reason that a newer version knows: the answer did end.
    return None if value is None else _REASONS.get(value, StopReason.STOPPED)


def _figures(text: str) -> AnswerFigures | None:
    try:
        return _figures_decoder.decode(text)
    except msgspec.DecodeError:
        return _repaired_figures(text)


def _repaired_figures(text: str) -> AnswerFigures | None:
    try:
        return from_json(text, AnswerFigures)
    except NotReadable as error:
        log.warning("an answer's figures were lost: %s", error)
        return None
