"""What is at an address: which program, which version, which models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.core.errors import PersonError
from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import ServerKind
from app.core.words.sentence import Sentence, say
from app.engine.api import Ability
from app.engine.remote import troubles
from app.engine.remote.access import Access, FindsProxy
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.dialects.table import dialect_for
from app.engine.remote.lenient import entries, text
from app.engine.remote.loops import run
from app.engine.remote.troubles import RemoteError, Trouble
from app.engine.remote.wire import Wire

PROBE_SECONDS = 15.0
_OWNERS = {
    "llamacpp": ServerKind.LLAMA_SERVER,
    "shrinkscope": ServerKind.SHRINKSCOPE,
    "vllm": ServerKind.VLLM,
    "sglang": ServerKind.SGLANG,
    "exo": ServerKind.EXO,
    "gpustack": ServerKind.GPUSTACK,
    "organization_owner": ServerKind.LM_STUDIO,
    "library": ServerKind.OLLAMA,
}
# Ways that only one program has, and a text that stands there.
_SIGNS: tuple[tuple[ServerKind, str, tuple[str | int, ...]], ...] = (
    (ServerKind.OLLAMA, "api/version", ("version",)),
    (ServerKind.LM_STUDIO, "api/v1/models", ("models", 0, "key")),
    (ServerKind.LLAMA_SERVER, "props", ("build_info",)),
    (ServerKind.SGLANG, "get_model_info", ("model_path",)),
    (ServerKind.VLLM, "version", ("version",)),
)
_MOST_MODELS = 10_000
_IN_THE_WAY = frozenset({Trouble.LOADING, Trouble.UNREACHABLE, Trouble.KEY})


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a server found.

    Attributes:
        kind: Which program, None where nothing answers.
        version: In its own words; empty where it does not tell.
        models: Those that it lists.
        abilities: What it can do; of seeing, its models say more.
        round_trip_ns: Of a small question over a connection that is open.
        why_not: Why it cannot be used as it is; None where it can.
        trouble: The kind of that.
    """

    kind: ServerKind | None = None
    version: str = ""
    models: tuple[ServerModelFacts, ...] = ()
    abilities: AbstractSet[Ability] = frozenset()
    round_trip_ns: int | None = None
    why_not: Sentence | None = None
    trouble: Trouble | None = None


def probe(
    access: Access, proxies: FindsProxy | None = None, seconds: float = PROBE_SECONDS
) -> Found:
    """Say what is at an address; takes as long as the server, at most ``seconds``. Any thread."""
    return run(_probed(access, proxies, seconds))


async def _probed(access: Access, proxies: FindsProxy | None, seconds: float) -> Found:
    try:
        async with asyncio.timeout(seconds), Wire(access, proxies) as wire:
            return await _looked(wire)
    except TimeoutError:
        error: PersonError = troubles.silent(access, seconds)
    except PersonError as caught:
        error = caught
    return _not(Found(), error)


async def _looked(wire: Wire) -> Found:
    looked = await look(wire)
    found = Found(looked.dialect.kind, abilities=looked.dialect.abilities, models=looked.models)
    begin_ns = time.perf_counter_ns()
    try:
        version = await looked.dialect.version(wire)
    except RemoteError:  # some hide it, some are asked for it where it is not
        version = ""
    if not version and looked.error is None:
        begin_ns = time.perf_counter_ns()
        await wire.get("models")
    round_trip_ns = time.perf_counter_ns() - begin_ns
    found = Found(
        looked.dialect.kind, version, looked.models, looked.dialect.abilities, round_trip_ns
    )
    if looked.error is not None:
        return _not(found, looked.error)
    if not looked.models and not wire.access.model:
        said = say("remote.lists_none", host=wire.access.host)
        return _not(found, RemoteError(Trouble.MISSING, said))
    return found


def _not(found: Found, error: PersonError) -> Found:
    trouble = error.trouble if isinstance(error, RemoteError) else None
    return Found(
        found.kind, found.version, found.models, found.abilities, found.round_trip_ns,
        error.said, trouble,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """A server that answers.

    Attributes:
        dialect: How it is spoken with.
        models: Those that it lists.
        error: Why it lists none, where a model can be asked all the same.
    """

    dialect: Dialect
    models: tuple[ServerModelFacts, ...] = ()
    error: RemoteError | None = None


async def look(wire: Wire) -> Looked:
    """Find out which program serves, and its models.

    Raises:
        RemoteError: Nothing usable answers.
    """
    access = wire.access
    if access.kind is not None:
        dialect = dialect_for(access, access.kind)
        try:
            return Looked(dialect, tuple((await dialect.models(wire))[:_MOST_MODELS]))
        except RemoteError as error:
            if error.trouble is not Trouble.MISSING:
                raise
            return Looked(dialect, (), error)
    listing_error: RemoteError | None = None
    told: object = None
    kind: ServerKind | None = None
    try:
        told, headers = await wire.told("GET", "models")
        kind = _kind_of(told, headers.get("server", ""))
    except RemoteError as error:
        if error.trouble not in {Trouble.MISSING, Trouble.NONSENSE}:
            raise
        listing_error = error
    kind = kind or await _asked_kind(wire)
    if kind is None and listing_error is not None:
        if listing_error.trouble is Trouble.NONSENSE or not access.model:
            raise listing_error
        return Looked(dialect_for(access, ServerKind.OPENAI), (), listing_error)
    dialect = dialect_for(access, kind or ServerKind.OPENAI)
    if listing_error is not None or dialect.own_way:
        models = await dialect.models(wire)
    else:
        models = dialect.listed(told)
    return Looked(dialect, tuple(models[:_MOST_MODELS]))


def _kind_of(told: object, server: str) -> ServerKind | None:
    """By what a list of models says of its owners, or a header of its program."""
    if server.lower().startswith("llama.cpp"):
        return ServerKind.LLAMA_SERVER
    for entry in entries(told, "data")[:20]:
        if (kind := _OWNERS.get(text(entry, "owned_by").lower())) is not None:
            return kind
    return None


async def _asked_kind(wire: Wire) -> ServerKind | None:
    """By ways that only one program has."""
    for kind, way, sign in _SIGNS:
        try:
            told = await wire.get(way, own=True)
        except RemoteError as error:
            if error.trouble in {Trouble.UNREACHABLE, Trouble.SILENT, Trouble.BROKE_OFF}:
                raise
            continue
        if text(told, *sign):
            return kind
    return None


async def learned(wire: Wire, note: Callable[[str], None]) -> tuple[Dialect, ServerModelFacts]:
    """How a server is spoken with, and what it tells of the model that is meant.

    Args:
        wire: To the server.
        note: Takes what went wrong without doing harm.

    Raises:
        RemoteError: The model cannot be asked.
    """
    looked, wanted = await look(wire), wire.access.model
    if wanted:
        named = {wanted, f"{wanted}:latest"}
        listed = (each for each in looked.models if each.id in named)
        model = next(listed, ServerModelFacts(wanted))
    elif looked.models:
        model = looked.models[0]
    else:
        raise RemoteError(Trouble.MISSING, say("remote.lists_none", host=wire.access.host))
    try:
        return looked.dialect, await looked.dialect.facts(wire, model)
    except RemoteError as error:
        is_lost = error.trouble is Trouble.MISSING and looked.dialect.own_way
        if is_lost or error.trouble in _IN_THE_WAY:
            raise
        note(f"facts: {error.detail or error.sentence}")
        return looked.dialect, model  # what it does not tell is not needed for answers
