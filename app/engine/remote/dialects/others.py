"""Servers that differ in little: LM Studio, exo, GPUStack, OpenAI's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import ServerKind
from app.engine.api import Ability
from app.engine.remote.dialects.dialect import GENERAL, Dialect
from app.engine.remote.lenient import count, entries, inside, text
from app.engine.remote.wire import Wire


class LmStudio(Dialect):
    """Its own list tells sizes and quantizations; it tells no probabilities."""

    kind = ServerKind.LM_STUDIO
    abilities = frozenset({Ability.ANSWER, Ability.SEE})
    names: ClassVar[Mapping[str, str]] = {
        name: name for name in (*GENERAL, "top_k", "repeat_penalty")
    }
    thinking = False

    async def facts(self, wire: Wire, model: ServerModelFacts) -> ServerModelFacts:
        for each in entries(await wire.get("api/v1/models", own=True), "models"):
            running = entries(each, "loaded_instances")
            named = {text(each, "key"), *(text(one, "id") for one in running)}
            if model.id in named:
                held = next(
                    (found for one in running if (found := count(one, "config", "context_length"))),
                    None,
                )
                sees = inside(each, "capabilities", "vision")
                return msgspec.structs.replace(
                    model,
                    quantization=text(each, "quantization", "name")
                    or text(each, "quantization") or None,
                    size_bytes=count(each, "size_bytes"),
                    context_tokens=held or model.context_tokens,
                    trained_context_tokens=count(each, "max_context_length"),
                    sees=sees if isinstance(sees, bool) else None,
                )  # fmt: skip
        return model


class Exo(Dialect):
    """Several computers as one."""

    kind = ServerKind.EXO
    abilities = frozenset({Ability.ANSWER, Ability.OWN_PROBABILITIES, Ability.MEMORY})


class GpuStack(Dialect):
    """Other servers behind one address; it adds its times to the counts."""

    kind = ServerKind.GPUSTACK


class OpenAi(Dialect):
    """OpenAI's own service, which refuses what it does not know."""

    kind = ServerKind.OPENAI
    names: ClassVar[Mapping[str, str]] = {name: name for name in GENERAL}
    thinking = False
