"""Ollama by its own interface: JSON a line, durations in nanoseconds, the memory of each model."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message
from app.core.servers.facts import ServerModelFacts, ServerSpeeds
from app.core.servers.server import ServerKind
from app.engine.api import Ability
from app.engine.protocol.answering import Generate
from app.engine.remote.dialects.dialect import GENERAL, Dialect, read_picture
from app.engine.remote.dialects.pieces import Piece, said_tokens
from app.engine.remote.lenient import Document, count, document, entries, number, text
from app.engine.remote.wire import Wire


class Ollama(Dialect):
    """What is longer than the context is refused, not cut in silence."""

    kind = ServerKind.OLLAMA
    abilities = frozenset({Ability.ANSWER, Ability.SEE, Ability.OWN_PROBABILITIES, Ability.MEMORY})
    names: ClassVar = {
        **{name: name for name in (*GENERAL, "top_k", "min_p", "repeat_penalty")},
        "max_tokens": "num_predict",
    }
    any_seed = -1
    always: ClassVar = {"truncate": False, "shift": False}
    own_way = True
    way = "api/chat"

    async def version(self, wire: Wire) -> str:
        return text(await wire.get("api/version", own=True), "version")

    async def models(self, wire: Wire) -> list[ServerModelFacts]:
        return self.listed(await wire.get("api/tags", own=True))

    def facts_of(self, entry: object) -> ServerModelFacts:
        return ServerModelFacts(
            id=text(entry, "model") or text(entry, "name"),
            quantization=text(entry, "details", "quantization_level") or None,
            parameters=_parameters(text(entry, "details", "parameter_size")),
            size_bytes=count(entry, "size"),
        )

    async def facts(self, wire: Wire, model: ServerModelFacts) -> ServerModelFacts:
        # Without a message it only loads: the first answer's time is then that of the answer.
        await wire.post(
            "api/chat", {"model": model.id, "messages": [], "stream": False}, own=True, seconds=None
        )
        shown = await wire.post("api/show", {"model": model.id}, own=True)
        able = entries(shown, "capabilities")
        info = document(shown, "model_info")
        trained = next((name for name in info if name.endswith(".context_length")), "")
        running = await self._running(wire, model.id)
        return msgspec.structs.replace(
            model,
            quantization=model.quantization
            or text(shown, "details", "quantization_level") or None,
            parameters=count(info, "general.parameter_count") or model.parameters,
            context_tokens=count(running, "context_length"),
            trained_context_tokens=count(info, trained),
            sees="vision" in able if able else None,
            thinks="thinking" in able if able else None,
            needed_bytes=count(running, "size"),
        )  # fmt: skip

    async def after(self, wire: Wire, model: str) -> Piece:
        running = await self._running(wire, model)
        return Piece(needed_bytes=count(running, "size"), fingerprint=text(running, "digest"))

    async def _running(self, wire: Wire, model: str) -> Document:
        """What is said of a model that is loaded."""
        for each in entries(await wire.get("api/ps", own=True), "models"):
            named = {text(each, "model"), text(each, "name")}
            if model in named or f"{model}:latest" in named:
                return document(each)
        return {}

    def body(self, command: Generate, model: str) -> Document:
        body = super().body(command, model)
        options = {
            name: body.pop(name)
            for name in (*self.names.values(), "frequency_penalty", "presence_penalty", "stop")
            if name in body
        }
        return body | {"options": options}

    def thought(self, sampling: SamplingSettings) -> Document:
        return {} if sampling.thinking is None else {"think": sampling.thinking}

    def fitting(self, schema: object) -> Document:
        return {"format": schema}

    def message(self, message: Message) -> Document:
        told: Document = {"role": message.role.value, "content": message.content}
        if message.pictures:
            told["images"] = [read_picture(each)[1] for each in message.pictures]
        return told

    def piece(self, told: Document) -> Piece:
        message = document(told, "message")
        piece = Piece(
            answer=text(message, "content"),
            thinking=text(message, "thinking"),
            said=said_tokens(entries(told, "logprobs")),
            model=text(told, "model"),
        )
        if told.get("done") is True:
            read, cached = count(told, "prompt_eval_count"), count(told, "prompt_eval_cached_count")
            piece.finish = text(told, "done_reason") or "stop"
            piece.prompt_tokens, piece.cached_tokens = read, cached
            piece.generated_tokens = count(told, "eval_count")
            piece.speeds = ServerSpeeds(
                prompt_tokens=read - (cached or 0) if read is not None else None,
                prompt_ns=count(told, "prompt_eval_duration"),
                generated_tokens=piece.generated_tokens,
                generation_ns=count(told, "eval_duration"),
                load_ns=count(told, "load_duration"),
            )
        return piece


def _parameters(words: str) -> int | None:
    """How many ``7.6B`` are."""
    units = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
    try:
        found = float(words[:-1]) * units[words[-1:].upper()]
    except (ValueError, KeyError):
        return None
    return int(found) if number(found) is not None else None
