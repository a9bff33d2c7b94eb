"""Which experts of a mixture work on a text: the model reads it in an engine that counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.core.errors import PersonError
from app.core.shrink.usage import ExpertUsage, LayerUsage
from app.core.words.sentence import say
from app.engine.protocol.making import CountExperts, ExpertsCounted, ImportanceProgress
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.room import EngineRoom
from app.lab.shrink.left_out.readings import Reading
from app.lab.shrink.reader import CalibrationText, bundled_calibration, reader_of

CHUNK_TOKENS = 512
USUAL_CHUNKS = 8


def expert_usage(
    opened: OpenedCandidate,
    text: CalibrationText | None = None,
    *,
    chunks: int = USUAL_CHUNKS,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> ExpertUsage:
    """Let a mixture read a text, and count which of its experts work.

    Args:
        opened: The mixture, with as many experts to a token as its settings say.
        text: What is read; the bundled one when left out.
        chunks: At most so many chunks of 512 tokens; 0 for all.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told chunks done and in all.

    Raises:
        PersonError: It is no mixture, cannot be loaded, or does not show its choices.
    """
    model = opened.model
    if model.expert_count < 1:
        raise PersonError(say("shrink.no_mixture", name=model.path.name))
    read = bundled_calibration(model) if text is None else text

    def listen(event: object) -> None:
        if isinstance(event, ImportanceProgress):
            on_progress(event.done, event.total)

    with reader_of(opened, read, threads, room) as (engine, source):
        command = CountExperts(engine.next_id(), source, CHUNK_TOKENS, chunks, threads, read.marks)
        found = engine.call(command, ExpertsCounted, listen)
    layers = zip(found.layers, map(tuple, found.counts), strict=True)
    return ExpertUsage(
        read.name,
        found.tokens,
        model.expert_used_count,
        tuple(LayerUsage(layer, counts) for layer, counts in layers),
    )


def kept_usage(
    opened: OpenedCandidate,
    cache: Path,
    *,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> ExpertUsage:
    """As :func:`expert_usage` over the bundled text: counted once, kept in the cache folder."""
    model = opened.model
    what, text = f"experts {opened.engine.experts}", bundled_calibration(model)
    return Reading(cache, what, model, text, ExpertUsage).get(
        lambda: expert_usage(opened, threads=threads, room=room, on_progress=on_progress)
    )
