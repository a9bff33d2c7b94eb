"""Many prompts for the same candidates."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "batch.no_prompts": translate("Sentences", "There are no prompts in “{name}”."),
    "batch.too_many": translate("Sentences", "“{name}” holds {n} prompts; a batch takes at most {most}."),
    "batch.prompt_too_long": translate("Sentences", "Prompt {n} of “{name}” is longer than half a megabyte."),
    "batch.not_a_table": translate("Sentences", "“{name}” cannot be read as a table: a quotation mark is missing somewhere."),
    "batch.no_column": translate("Sentences", "The first line of “{name}” names no column “{column}”."),
    "batch.no_such_line": translate("Sentences", "Line {n} of “{name}” is neither a text nor an object with a “prompt”."),
    "batch.same_target": translate("Sentences", "“{path}” is named twice: the table and the JSON lines need a file each."),
    "batch.not_written": translate("Sentences", "The answers cannot be written to “{path}”: {reason}."),
}
