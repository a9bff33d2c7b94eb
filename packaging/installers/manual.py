"""Prints the manual page's commands, as the program's own parser knows them; needs the program."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.cli.main import build_parser


def commands(parser: argparse.ArgumentParser) -> str:
    """All commands with what they take, in roff."""
    (group,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    helps = {choice.dest: choice.help or "" for choice in group._choices_actions}
    lines: list[str] = []
    for name, command in group.choices.items():
        lines.append(f".SS {_words(name)}")
        lines.append(_sentence(command.description or helps.get(name, "")))
        for action in command._actions:
            if not isinstance(action, argparse._HelpAction):
                lines += [".TP", _signature(action), _meaning(action)]
    return "\n".join(lines)


def _signature(action: argparse.Action) -> str:
    value = _words(_value(action))
    if not action.option_strings:
        return f".I {value}"
    options = ", ".join(f"\\fB{_words(option)}\\fR" for option in action.option_strings)
    return f"{options} \\fI{value}\\fR" if action.nargs != 0 else options


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.metavar:
        return action.metavar
    if action.choices:
        return "|".join(map(str, action.choices))
    return action.dest.upper()


def _meaning(action: argparse.Action) -> str:
    text = action.help or ""
    if "%(" in text:
        text = text % {**vars(action), "prog": "shrinkscope"}
    sentence = _sentence(text)
    plain = isinstance(action.default, int | float | str) and not isinstance(action.default, bool)
    if plain and action.default != "" and "default" not in text:
        sentence += _words(f" Default: {action.default}.")
    return sentence


def _sentence(text: str) -> str:
    """A help text as a sentence, in roff."""
    text = text.replace("%%", "%").strip()
    if text and not text.endswith((".", "?")):
        text += "."
    return _words(text[:1].upper() + text[1:])


def _words(text: str) -> str:
    """A text that roff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = text.translate({0x2019: "'", 0x2013: "\\(en", 0x2026: "..."})
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.stdout.write(commands(build_parser()))
