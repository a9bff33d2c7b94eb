"""Answers prompts with and without drafts, with an engine's own parts; writes JSON.

``python -m tests.engine.host.answering.drafts_process`` in a process of its own, because only such
a process may load llama.cpp; what it does is JSON on standard input: ``model``, ``drafts`` (paths
of draft models, empty for the text itself), ``prompts``, ``sampling``, and ``seeds`` where each way
to answer and each prompt is to have a seed of its own. A proposed token counts as cheap whatever
this PC says, so that as many as possible are proposed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec
from msgspec.structs import replace

from app.core.candidates.settings import EngineSettings, SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.host.answering.drafting import Drafting, ModelDrafts
from app.engine.host.answering.generator import Generator
from app.engine.host.answering.prompt import PromptWriter
from app.engine.host.answering.proposing import TextDrafts
from app.engine.host.answering.sampling import logits_of
from app.engine.host.llama import native
from app.engine.host.loading.context import Context
from app.engine.host.loading.model import Model
from app.engine.host.process.abort import AbortFlag
from app.engine.host.process.crew import Crew
from app.engine.protocol.answering import Finished, Generate, Text

_MOST_TOKENS = 8
_SIZE_TOKENS = 1024


class _Told:
    """Takes a channel's place."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def emit(self, event: Any) -> None:
        self.events.append(event)


def main() -> int:
    """Answer and print."""
    asked = json.loads(sys.stdin.read())
    sampling = msgspec.convert(asked["sampling"], SamplingSettings)
    log = native.NativeLog()
    native.start_native()
    Crew.is_steady = True
    abort, told = AbortFlag(), _Told()

    def context_of(path: str, rows: int) -> Context:
        model = Model(path, EngineSettings(gpu_layers=0), abort, lambda _share: None)
        return Context(model, abort, size_tokens=_SIZE_TOKENS, threads=1, output_tokens=rows)

    context = context_of(asked["model"], 1 + _MOST_TOKENS)
    writer = PromptWriter(context.model, context.model.chat_template() or "", told.emit)
    ways: list[Drafting | None] = [None]
    for path in asked["drafts"]:
        drafts = ModelDrafts(context_of(path, 1)) if path else TextDrafts()
        ways.append(Drafting(drafts, 0.05, _MOST_TOKENS))
    generators = [Generator(told, context, 0, way) for way in ways]  # type: ignore[arg-type]
    found: list[list[dict[str, Any]]] = []
    for number, prompt in enumerate(asked["prompts"]):
        found.append([])
        for way, generator in enumerate(generators):
            told.events.clear()
            messages = [Message(Role.USER, prompt)]
            if asked["seeds"]:
                sampling = replace(sampling, seed=1000 * way + number)
            generator.answer(Generate(number, messages, sampling, clear=True), writer)
            figures = next(one.figures for one in told.events if isinstance(one, Finished))
            texts = [one for one in told.events if isinstance(one, Text)]
            found[-1].append(
                {
                    "text": "".join(one.thinking + one.answer for one in texts),
                    "tokens": context.tokens[figures.prompt_tokens :],
                    "figures": msgspec.to_builtins(figures),
                }
            )
        rendered = context.tokens[: found[-1][0]["figures"]["prompt_tokens"]]
        for other in found[-1][1:]:
            other["apart"] = _apart(context, rendered, found[-1][0], other)
    sys.stdout.write(json.dumps(found))
    del log
    return 0


def _apart(
    context: Context, prompt: list[int], plain: dict[str, Any], other: dict[str, Any]
) -> float | None:
    """By how much the model prefers its own token where two answers part; None without that."""
    one, two = plain["tokens"], other["tokens"]
    place = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), None)
    if place is None:
        return None
    context.clear()
    context.decode(prompt)
    for token in one[:place]:
        context.decode_one(token)
    row = logits_of(context)
    return abs(float(row[one[place]] - row[two[place]]))


if __name__ == "__main__":
    raise SystemExit(main())
