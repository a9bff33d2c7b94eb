"""Chat templates of real models, and how an independent renderer writes them: a table of digests.

    .venv/bin/python -m tests.engine.host.answering.real_templates

makes the table anew, as a newer engine may want. The templates are other people's work and stay in
``build/engine`` (tools/real_templates.py); the repository has their names and digests. What is
independent here is all between template and text: Jinja as transformers sets it up, and what a
switch is called is found by turning it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.engine.installed import ROOT, pinned_version

FOLDER = ROOT / "build" / "engine" / "templates" / pinned_version()
TABLE = Path(__file__).with_name("real_templates.json")
BEGIN, END, DATE = "<s>", "</s>", "30 Nov 2026"
SYSTEM = "Be brief, and answer in <b>German</b>. "
FIRST = "What is 2+2?\nSay it with {{ care }} & “signs”."
ANSWER = " Es ist 4.\n"
SECOND = "Und 3 × 3?  "
TURNS: dict[str, list[tuple[str, str]]] = {
    "1": [("system", SYSTEM), ("user", FIRST)],
    "2": [("system", SYSTEM), ("user", FIRST), ("assistant", ANSWER), ("user", SECOND)],
}
# The first that changes anything, with the values that turn thinking on, and off or down.
_SWITCHES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "enable_thinking": (True, (False,)),
    "thinking": (True, (False,)),
    "thinking_mode": ("enabled", ("disabled",)),
    "thinking_budget": (-1, (0,)),
    "reasoning": (True, (False,)),
    "reasoning_effort": ("high", ("none", "no_think", "minimal", "low")),
    "reasoning_strength": ("high", ("low",)),
}


class _Generation(Extension):
    """transformers marks answers in some templates; they are written as they stand."""

    tags = {"generation"}  # noqa: RUF012 - as Jinja declares it

    def parse(self, parser: Any) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class Independent:
    """Writes one template as transformers does."""

    def __init__(self, source: str) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[_Generation, "jinja2.ext.loopcontrols"],
        )
        environment.filters["tojson"] = _to_json
        environment.globals |= {"raise_exception": _refuse, "strftime_now": lambda _form: DATE}
        self._words = set(re.findall(r"'\w+'|\"\w+\"", source))
        self._template = environment.from_string(source)
        self.variables = meta.find_undeclared_variables(environment.parse(source))

    def write(self, turn: str, **switch: Any) -> str:
        """A turn; where a system prompt is refused it stands in the first message."""
        rows = [{"role": role, "content": content} for role, content in TURNS[turn]]
        more: dict[str, Any] = {"bos_token": BEGIN, "eos_token": END}
        if "functions" in self.variables:  # of one model, which has them as a text
            more |= {"functions": "[]", "datetime": DATE}
        try:
            return self._rendered(rows, more | switch)
        except jinja2.TemplateError:
            system, user = rows.pop(0)["content"], rows[0]["content"]
            rows[0]["content"] = f"{system}\n\n{user}"
            return self._rendered(rows, more | switch)

    def _rendered(self, rows: list[dict[str, str]], variables: dict[str, Any]) -> str:
        return self._template.render(messages=rows, add_generation_prompt=True, **variables)

    def switch(self) -> tuple[str, Any, Any] | None:
        """What turns thinking on and off, found by turning it."""
        for name, (on, offs) in _SWITCHES.items():
            if name not in self.variables:
                continue
            named = [off for off in offs if {f"'{off}'", f'"{off}"'} & self._words]
            for off in named or offs[-1:]:
                try:
                    differ = self.write("1", **{name: on}) != self.write("1", **{name: off})
                except (TypeError, jinja2.TemplateError):
                    continue
                if differ:
                    return name, on, off
        return None


def _to_json(value: Any, ensure_ascii: bool = False, **options: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, **options)


def _refuse(reason: str) -> None:
    raise jinja2.TemplateError(reason)


def digest(text: str) -> str:
    """Of a template or of what it writes."""
    return sha256(text.encode()).hexdigest()[:16]


def templates() -> Iterator[tuple[str, str]]:
    """Names and texts of those that are there."""
    for path in sorted(FOLDER.glob("*.jinja")):
        yield path.stem, path.read_text("utf-8")


def table_of(source: str) -> dict[str, str]:
    """The digests of one template: of itself, and of each turn by the position of the switch."""
    independent = Independent(source)
    found = {"source": digest(source)}
    switch = independent.switch()
    for turn in TURNS:
        found[turn] = digest(independent.write(turn))
        if switch is not None:
            name, on, off = switch
            found[f"{turn} on"] = digest(independent.write(turn, **{name: on}))
            found[f"{turn} off"] = digest(independent.write(turn, **{name: off}))
    return found


def read_table() -> dict[str, dict[str, str]]:
    """The table as it was made."""
    return json.loads(TABLE.read_text("utf-8"))


if __name__ == "__main__":
    lines = [f" {json.dumps(name)}: {json.dumps(table_of(text))}" for name, text in templates()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    prompts = sum(line.count(":") - 2 for line in lines)
    sys.stdout.write(f"{len(lines)} templates, {prompts} prompts\n")
