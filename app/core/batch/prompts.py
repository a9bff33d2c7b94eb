"""Prompts of a file: one a line, a CSV file with a header, or JSON lines."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath

import msgspec

from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.core.words.sentence import say

MOST_PROMPTS = 10_000
_PROMPT, _SYSTEM = "prompt", "system"
_MOST_CHARACTERS = 1 << 19


class BatchPrompt(msgspec.Struct, frozen=True):
    """What is asked in a clean context.

    Attributes:
        prompt: The message.
        system: A system prompt of its own; empty for that of the whole batch.
    """

    prompt: str
    system: str = ""


def read_prompts(text: str, name: str) -> list[BatchPrompt]:
    """The prompts of a file, in its order; what is empty is left out.

    Args:
        text: What stands in the file.
        name: What the file is called; its ending says its form.

    Raises:
        PersonError: It holds none, or is no such file: a sentence that names the line.
    """
    text = text.removeprefix("\ufeff")
    match PurePath(name).suffix.lower():
        case ".csv" | ".tsv":
            found = _of_table(text, name)
        case ".jsonl" | ".ndjson":
            found = _of_json_lines(text, name)
        case _:
            found = [BatchPrompt(line.strip()) for line in text.splitlines()]
    prompts = [
        BatchPrompt(whole_text(each.prompt), whole_text(each.system))
        for each in found
        if each.prompt.strip()
    ]
    if not prompts:
        raise PersonError(say("batch.no_prompts", name=name))
    if len(prompts) > MOST_PROMPTS:
        raise PersonError(say("batch.too_many", name=name, n=len(prompts), most=MOST_PROMPTS))
    for number, each in enumerate(prompts, 1):
        if len(each.prompt) + len(each.system) > _MOST_CHARACTERS:
            raise PersonError(say("batch.prompt_too_long", name=name, n=number))
    return prompts


def _of_table(text: str, name: str) -> list[BatchPrompt]:
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count) if any(map(first.count, "\t;,")) else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise PersonError(say("batch.not_a_table", name=name), str(error)) from error
    if not rows:
        return []
    header = [cell.strip().lower() for cell in rows[0]]
    if _PROMPT in header:
        at = header.index(_PROMPT)
    elif len(header) == 1:
        at = 0
    else:
        raise PersonError(say("batch.no_column", name=name, column=_PROMPT))
    system_at = header.index(_SYSTEM) if _SYSTEM in header else None
    return [
        BatchPrompt(_cell(row, at), _cell(row, system_at) if system_at is not None else "")
        for row in rows[1:]
    ]


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _of_json_lines(text: str, name: str) -> list[BatchPrompt]:
    found: list[BatchPrompt] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line, type=str | BatchPrompt)
        except msgspec.MsgspecError as error:
            said = say("batch.no_such_line", name=name, n=number)
            raise PersonError(said, str(error)) from error
        found.append(BatchPrompt(value) if isinstance(value, str) else value)
    return found
