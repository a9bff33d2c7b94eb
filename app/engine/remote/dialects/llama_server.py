"""llama.cpp's server, and what speaks as it does."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import ClassVar

import msgspec

from app.core.candidates.settings import SamplingSettings
from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import ServerKind
from app.engine.api import Ability
from app.engine.protocol.answering import Generate
from app.engine.remote.dialects.dialect import GENERAL, Dialect, counting
from app.engine.remote.lenient import Document, count, document, entries, inside, text
from app.engine.remote.wire import Wire

# What stands in its list of samplers for a setting, which it may be started without.
_SAMPLERS = {"top_k": "top_k", "top_p": "top_p", "min_p": "min_p", "repeat_penalty": "penalties"}


class LlamaServer(Dialect):
    """It tells its own times, how it samples and the rendered prompt; never its memory."""

    kind = ServerKind.LLAMA_SERVER
    abilities = frozenset(
        {Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES, Ability.TOKENIZE}
    )
    most_likely = 1000
    names: ClassVar = {name: name for name in (*GENERAL, "top_k", "min_p", "repeat_penalty")}
    any_seed = -1
    limits_thinking = True
    always: ClassVar = {
        "stream_options": {"include_usage": True},
        "timings_per_token": True,
        "return_progress": True,
        "verbose": True,
    }

    async def version(self, wire: Wire) -> str:
        return text(await wire.get("props", own=True), "build_info")

    def facts_of(self, entry: object) -> ServerModelFacts:
        meta = document(entry, "meta")
        return ServerModelFacts(
            id=text(entry, "id") or text(entry, "name"),
            quantization=text(meta, "ftype") or None,
            parameters=count(meta, "n_params"),
            size_bytes=count(meta, "size"),
            vocabulary_size=count(meta, "n_vocab"),
            context_tokens=count(meta, "n_ctx"),
            trained_context_tokens=count(meta, "n_ctx_train"),
        )

    async def facts(self, wire: Wire, model: ServerModelFacts) -> ServerModelFacts:
        props = await wire.get("props", own=True)
        template = inside(props, "chat_template")
        sees = inside(props, "modalities", "vision")
        return msgspec.structs.replace(
            model,
            quantization=model.quantization or text(props, "model_ftype") or None,
            context_tokens=count(props, "default_generation_settings", "n_ctx")
            or model.context_tokens,
            template_digest=(
                sha256(template.encode("utf-8", "replace")).hexdigest()
                if isinstance(template, str) and template
                else None
            ),
            thinks="enable_thinking" in template if isinstance(template, str) else None,
            sees=sees if isinstance(sees, bool) else None,
        )

    def body(self, command: Generate, model: str) -> Document:
        body = super().body(command, model)
        body["repeat_last_n"] = 64
        if command.clear:
            body["cache_prompt"] = False
        return body

    def thought(self, sampling: SamplingSettings) -> Document:
        found = super().thought(sampling)
        if sampling.thinking_limit_tokens is not None:
            found["thinking_budget_tokens"] = sampling.thinking_limit_tokens
        return found

    def ignored(
        self, command: Generate, settings: Document | None, dropped: Collection[str]
    ) -> tuple[str, ...]:
        found = super().ignored(command, settings, dropped)
        used = entries(settings, "samplers")
        if not used:
            return found
        missing = {name for name, sampler in _SAMPLERS.items() if sampler not in used}
        more = [name for name in counting(command.sampling) if name in missing]
        return (*found, *(name for name in more if name not in found))

    async def tokens(self, wire: Wire, model: str, words: str) -> list[int]:
        del model
        told = await wire.post("tokenize", {"content": words, "add_special": False}, own=True)
        found = (count(each) for each in entries(told, "tokens"))
        return [each for each in found if each is not None]

    async def words(self, wire: Wire, model: str, numbers: list[int]) -> list[bytes]:
        del model
        return [
            text(
                await wire.post("detokenize", {"tokens": [each]}, own=True), "content"
            ).encode("utf-8", "replace")
            for each in numbers
        ]  # fmt: skip


class Shrinkscope(LlamaServer):
    """This program on another PC."""

    kind = ServerKind.SHRINKSCOPE
    abilities = frozenset({Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES})
    most_likely = 20
    any_seed = None
    limits_thinking = False
    always: ClassVar = {"stream_options": {"include_usage": True}}

    async def version(self, wire: Wire) -> str:
        del wire
        return ""

    async def facts(self, wire: Wire, model: ServerModelFacts) -> ServerModelFacts:
        del wire
        return model

    def body(self, command: Generate, model: str) -> Document:
        return Dialect.body(self, command, model)

    def thought(self, sampling: SamplingSettings) -> Document:
        return Dialect.thought(self, sampling)
