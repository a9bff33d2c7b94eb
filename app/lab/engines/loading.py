"""What engines are loaded with; nobody else makes the command."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS
from app.engine.protocol.loading import Load, Reopen

NO_CONTEXT = 0
"""Make no context: texts and tests of speed make one of their own size."""
# Left to the rest of the PC when an engine's private memory is bounded; no bound is lower.
_RESERVE_BYTES = 500_000_000
# In models below this, threads wait for each other longer than they work as soon as another program
# wants a core; one thread alone is through in seconds.
_SMALL_BYTES = 50_000_000


def threads_for(size_bytes: int, threads: int) -> int:
    """How many threads measure models of this size: one where they are small."""
    return 1 if size_bytes < _SMALL_BYTES else threads


def load_command(
    command_id: int,
    candidate: Candidate,
    threads: int,
    available_bytes: int,
    context_tokens: int | None = None,
) -> Load:
    """The command to load a candidate, its private memory bounded by what there is now.

    Args:
        command_id: A fresh one.
        candidate: What runs.
        threads: Where the settings name none.
        available_bytes: Memory that is free now.
        context_tokens: Where the settings name none; :data:`NO_CONTEXT` makes none at all.
    """
    engine, draft = candidate.engine, candidate.draft
    if draft is not None and draft.path:
        draft = replace(draft, path=str(Path(draft.path).absolute()))
    wanted = engine.context_tokens or context_tokens or DEFAULT_CONTEXT_TOKENS
    return Load(
        id=command_id,
        path="" if candidate.server else str(candidate.file.absolute()),
        context_tokens=NO_CONTEXT if context_tokens == NO_CONTEXT else wanted,
        threads=engine.threads or threads,
        engine=engine,
        memory_limit_bytes=memory_limit_bytes(available_bytes),
        adapters=[
            replace(each, path=str(Path(each.path).absolute())) for each in candidate.adapters
        ],
        projector=str(Path(candidate.projector).absolute()) if candidate.projector else None,
        draft=draft,
    )


def reopen_command(
    command_id: int, candidate: Candidate, threads: int, context_tokens: int
) -> Reopen:
    """The command to make the context that a load would make, where the weights are there."""
    engine = candidate.engine
    wanted = NO_CONTEXT if context_tokens == NO_CONTEXT else engine.context_tokens or context_tokens
    return Reopen(command_id, wanted, engine.threads or threads)


def memory_limit_bytes(available_bytes: int) -> int:
    """The bound of an engine's private memory, of what is free now."""
    return max(_RESERVE_BYTES, available_bytes - _RESERVE_BYTES)
