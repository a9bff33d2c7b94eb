"""A chat as a document: Markdown to read, JSON with OpenAI-style messages to work with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from app.core.candidates.notation import told_draft, words_of
from app.core.candidates.passed_on import ServersOut, ids_without_folders
from app.core.chats.chat import Answer, AnswerFigures, Chat, Role, StopReason, Turn, title_from
from app.core.text.clean import clean_line, clean_text, json_text
from app.core.text.shared_names import FoldersOut, file_name, is_path
from app.core.words.figures import duration, size, speed

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.settings import SamplingSettings
    from app.core.chats.panes import ChatPane
    from app.core.chats.pictures import Picture

FORMAT_VERSION = 1

PlacesOut = Callable[[str], str]
"""Takes out of a text where files and servers are."""
Describe = Callable[[str], str]
"""The quantization level of a candidate, by its key; empty when it is not known."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`\n]*)")
_ENDINGS: dict[StopReason | None, str] = {
    None: "not finished",
    StopReason.LENGTH: "ended by the token limit",
    StopReason.CONTEXT: "ended by the full context",
    StopReason.STOPPED: "stopped",
}


# ------------------------------------------------------------------------------------ Markdown


def to_markdown(chat: Chat, describe: Describe) -> str:
    """A chat as one Markdown document; the same chat gives the same text on every PC."""
    shown = [pane.key for pane in chat.panes]
    parts = [f"# {_title(chat)}", f"{_date(chat):%Y-%m-%d %H:%M} UTC"]
    parts.append("\n".join(_pane_line(chat, pane, describe) for pane in chat.panes))
    parts.append(f"Sampling: {_sampling_text(chat.sampling)}")
    if chat.system_prompt.strip():
        parts += ["## System prompt", _quoted(chat.system_prompt)]
    for number, turn in enumerate(chat.turns, start=1):
        parts += [f"## {number}", *map(_picture_line, turn.pictures), _quoted(turn.prompt)]
        for key in sorted(turn.answers, key=lambda k: shown.index(k) if k in shown else 99):
            parts.append(f"### {_name(chat, key, describe)}")
            parts += _answer_parts(turn.answers[key], _places_out(chat))
    return clean_text("\n\n".join(part for part in parts if part)) + "\n"


def _answer_parts(answer: Answer, places_out: PlacesOut) -> list[str]:
    parts: list[str] = []
    if answer.thinking.strip():
        thinking = re.sub(r"<(?=/?(details|summary)\b)", "&lt;", answer.thinking, flags=re.I)
        body = _closed(thinking.strip("\n"))
        parts.append(f"<details>\n<summary>Thinking</summary>\n\n{body}\n\n</details>")
    if answer.text.strip():
        parts.append(_closed(answer.text.strip("\n")))
    if answer.error:
        parts.append(f"**{places_out(answer.error)}**")
    facts = _figure_texts(answer.figures) if answer.figures else []
    if answer.stop_reason in _ENDINGS:
        facts.append(_ENDINGS[answer.stop_reason])
    if facts:
        parts.append(f"*{' · '.join(facts)}*")
    return parts


def _figure_texts(figures: AnswerFigures) -> list[str]:
    tokens = f"{figures.generated_tokens} tokens"
    if figures.thinking_tokens:
        tokens += f", {figures.thinking_tokens} of them thinking"
    texts = [tokens]
    if (pace := figures.tokens_per_second) is not None:
        shared = " while others generated too" if figures.shared else ""
        shared += ", does not count: the PC was busy" if figures.busy else ""
        texts.append(f"{speed(pace).value} tokens/s{shared}")
    if figures.drafted_tokens:
        texts.append(f"drafted {figures.drafted_tokens}, accepted {figures.accepted_tokens}")
    if figures.first_token_ns is not None:
        texts.append(f"first token {duration(figures.first_token_ns)}")
    if (pace := figures.prompt_tokens_per_second) is not None:
        texts.append(f"prompt {speed(pace).value} tokens/s")
    texts += _said_texts(figures)
    if figures.memory_needed_bytes is not None:
        texts.append(f"needed memory {size(figures.memory_needed_bytes)}")
    return texts


def _said_texts(figures: AnswerFigures) -> list[str]:
    """What a server says of its own time, apart from what was clocked here."""
    if figures.served is None:
        return []
    said, texts = figures.served.speeds, list[str]()
    if said.first_token_ns is not None:
        texts.append(f"first token {duration(said.first_token_ns)}")
    if (pace := said.prompt_tokens_per_second) is not None:
        texts.append(f"prompt {speed(pace).value} tokens/s")
    if (pace := said.generated_tokens_per_second) is not None:
        texts.append(f"{speed(pace).value} tokens/s")
    found = [f"the server says: {', '.join(texts)}"] if texts else []
    return [*found, *(f"the server ignored {name}" for name in figures.served.ignored)]


def _pane_line(chat: Chat, pane: ChatPane, describe: Describe) -> str:
    line = f"- {_name(chat, pane.key, describe)}"
    if pane.key == chat.reference_key:
        line += " · reference"
    if pane.sampling is not None:
        line += f" · own sampling: {_sampling_text(pane.sampling)}"
    if dropped := chat.dropped_turns.get(pane.key):
        line += f" · turns no longer sent, the oldest: {dropped}"
    return line


def _sampling_text(sampling: SamplingSettings) -> str:
    seed = "new each time" if sampling.seed is None else sampling.seed
    return (
        f"temperature {sampling.temperature:g}, top-k {sampling.top_k}, top-p {sampling.top_p:g}, "
        f"min-p {sampling.min_p:g}, repeat penalty {sampling.repeat_penalty:g}, seed {seed}, "
        f"at most {sampling.max_tokens} tokens"
    )


def _picture_line(picture: Picture) -> str:
    name = clean_line(picture.name) or "a picture"
    return f"> Shown: {name}, {picture.width} × {picture.height}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n"))


def _closed(text: str) -> str:
    """Text whose code block, cut off in the middle, does not swallow what follows."""
    opened = ""
    for line in text.split("\n"):
        if (fence := _FENCE.fullmatch(line)) is None:
            continue
        marks, rest = fence.group(1), fence.group(2)
        if not opened:
            opened = marks
        elif marks.startswith(opened) and not rest.strip():
            opened = ""
    return f"{text}\n{opened}" if opened else text


# ---------------------------------------------------------------------------------------- JSON


def to_openai_json(chat: Chat, describe: Describe) -> str:
    """A chat as JSON: per candidate the conversation as it went, in OpenAI-style messages.

    Only answered prompts are messages, so that the roles alternate; what was asked and how
    it ended stands under ``shrinkscope`` for every turn, with times in ns and sizes in bytes;
    there ``turn`` counts from 1 and ``message`` is the answer's place in ``messages`` from 0.
    """
    document = {
        "format": "shrinkscope-chat",
        "version": FORMAT_VERSION,
        "title": _title(chat),
        "created": f"{_date(chat):%Y-%m-%dT%H:%M:%SZ}",
        "mode": chat.mode.value,
        "reference": _letter(chat, chat.reference_key),
        "candidates": [_conversation(chat, key, describe) for key in _keys(chat)],
    }
    return json_text(document) + "\n"


def _conversation(chat: Chat, key: str, describe: Describe) -> dict[str, object]:
    pane = chat.pane(key)
    shared = None if pane is None else _shared(pane)
    name = None if shared is None else shared.name
    server = None if shared is None else shared.server
    messages: list[dict[str, str]] = []
    if chat.system_prompt.strip():
        messages.append(_message(Role.SYSTEM, chat.system_prompt))
    answers: list[dict[str, object]] = []
    for turn in chat.turns_of(key):
        answers.append(_answer_facts(chat, turn, key, len(messages) + 1))
        if turn.answers[key].text:
            messages.append(_message(Role.USER, turn.prompt))
            messages.append(_message(Role.ASSISTANT, turn.answers[key].text))
    return {
        "letter": _letter(chat, key),
        "file": name if server is None else None,
        **({} if server is None else {"server": {"name": server.server}}),
        "candidate": None if shared is None else words_of(shared, "" if server else shared.name),
        "level": describe(key) or None,
        "model": None if name is None else name.removesuffix(".gguf"),
        "messages": messages,
        "shrinkscope": {
            "settings": _settings(chat, pane),
            "dropped_turns": chat.dropped_turns.get(key, 0),
            "answers": answers,
        },
    }


def _answer_facts(chat: Chat, turn: Turn, key: str, message: int) -> dict[str, object]:
    answer = turn.answers[key]
    figures: dict[str, object] | None = None
    if answer.figures is not None:
        figures = msgspec.to_builtins(_shared_figures(answer.figures)) | {
            "tokens_per_second": answer.figures.tokens_per_second,
            "prompt_tokens_per_second": answer.figures.prompt_tokens_per_second,
        }
    return {
        "turn": next(i for i, other in enumerate(chat.turns, start=1) if other is turn),
        "message": message if answer.text else None,
        "prompt": turn.prompt,
        "pictures": [
            {"name": one.name, "width": one.width, "height": one.height, "sha256": one.digest}
            for one in turn.pictures
        ],
        "thinking": answer.thinking,
        "stop_reason": answer.stop_reason,
        "error": answer.error and _places_out(chat)(answer.error),
        "figures": figures,
    }


def _shared_figures(figures: AnswerFigures) -> AnswerFigures:
    """The same without the folders that a server may name its model by."""
    served = figures.served
    if served is None or not is_path(served.model):
        return figures
    return replace(figures, served=replace(served, model=file_name(served.model)))


def _settings(chat: Chat, pane: ChatPane | None) -> dict[str, object]:
    if pane is None:
        parts = ("engine", "sampling", "template", "adapters", "projector", "draft")
        return {part: None for part in parts}  # noqa: C420 - typed
    return {
        "engine": msgspec.to_builtins(pane.candidate.engine),
        "sampling": msgspec.to_builtins(pane.sampling or chat.sampling),
        "template": pane.candidate.template_id,
        "adapters": [
            {"name": file_name(each.path), "strength": each.strength}
            for each in pane.candidate.adapters
        ],
        "projector": (eyes := pane.candidate.projector) and file_name(eyes),
        "draft": told_draft(pane.candidate) or None,
    }


def _message(role: Role, content: str) -> dict[str, str]:
    return {"role": role.value, "content": content}


# ---------------------------------------------------------------------------------------- both


def _places_out(chat: Chat) -> PlacesOut:
    """An error's sentence may name a file or a server by its place; an export is passed on."""
    paths = [str(path) for pane in chat.panes if (path := pane.candidate.local) is not None]
    far = [server for pane in chat.panes if (server := pane.candidate.server) is not None]
    folders = FoldersOut(
        {path: file_name(path) for path in paths} | ids_without_folders(each.model for each in far)
    )
    servers = ServersOut(far)
    return lambda text: servers.text(folders.text(text))


def _shared(pane: ChatPane) -> Candidate:
    """A pane's candidate; of a server its name alone."""
    candidate = pane.candidate
    server = candidate.server
    return candidate if server is None else replace(candidate, source=server.shared)


def _title(chat: Chat) -> str:
    first = chat.turns[0].prompt if chat.turns else ""
    return clean_line(" ".join(chat.title.split())) or title_from(first) or "Untitled chat"


def _date(chat: Chat) -> datetime:
    return datetime.fromtimestamp(chat.created_ns // 1_000_000_000, tz=UTC)


def _letter(chat: Chat, key: str | None) -> str | None:
    pane = None if key is None else chat.pane(key)
    return None if pane is None else pane.letter


def _name(chat: Chat, key: str, describe: Describe) -> str:
    pane = chat.pane(key)
    parts = ["Removed"]
    if pane is not None:
        shared = _shared(pane)
        parts = [pane.letter, clean_line(shared.name)]
        if (server := pane.candidate.server) is not None:
            parts.append(f"on {clean_line(server.server) or 'a server'}")
    return " · ".join([*parts, *filter(None, [describe(key)])])


def _keys(chat: Chat) -> list[str]:
    """The panes' candidates, then those that were removed after they had answered."""
    keys = dict.fromkeys(pane.key for pane in chat.panes)
    for turn in chat.turns:
        keys |= dict.fromkeys(turn.answers)
    return list(keys)
