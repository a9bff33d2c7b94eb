"""How much an error counts in each tensor of this very model: measured in an engine.

The original reads a few chunks of text; then all tensors of one kind, or of one layer, hold what
a small number format leaves of them, and the same chunks tell how far its next words drift.
No file is written.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings
from app.core.memory.estimate import estimated_needs
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.layers import layer_of
from app.core.shrink.mixtures import kind_of
from app.core.shrink.sensitivity import bands, fit_weights
from app.core.shrink.types import TARGET_TYPES
from app.engine.protocol.making import HeldTensor, HoldTensors, StoredTensor, TensorsHeld
from app.engine.protocol.reading import Tokenize, Tokenized
from app.engine.protocol.scoring import ChunkScored, KeepReference, ReferenceKept, ScoreChunk
from app.lab.engines.loading import NO_CONTEXT
from app.lab.engines.opened import OpenedCandidate
from app.lab.shrink.reader import bundled_calibration

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.model_file import ModelFile
    from app.core.shrink.solver import Choice
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom

_CHUNKS, _CHUNK_TOKENS, _FIRST_SCORED = 6, 256, 32
# Enough of an error to be measured, little enough that divergences add up.
_PROBED_BITS = 3.44
_MOST_BANDS = 10
_PLAIN = frozenset({"F32", "F16", "BF16"})


def can_probe(model: ModelFile, room: EngineRoom) -> bool:
    """Whether a model's weights are plain numbers, and have room in memory as a whole."""
    types = {TENSOR_TYPES[each].name for each in model.type_ids}
    needed = estimated_needs(model, _CHUNK_TOKENS).total_bytes
    return types <= _PLAIN and needed <= room.budget_bytes()


def probed_weights(
    model: ModelFile,
    tensors: Mapping[str, tuple[TensorInfo, StoredTensor]],
    errors: Mapping[str, Sequence[Choice]],
    matrix: str,
    threads: int,
    room: EngineRoom,
    on_progress: Callable[[int, int], None],
) -> dict[str, float]:
    """How much an error counts in each tensor.

    Args:
        model: The original, of which :func:`can_probe` is true.
        tensors: Those of the new file, by their names in it.
        errors: The number formats that some of them can have, and their errors there.
        matrix: An importance matrix's file; empty for none.
        threads: Of the engine.
        room: Where it runs.
        on_progress: Told groups measured and in all.

    Raises:
        PersonError: The engine failed.
    """
    probes = {name: _probe(each) for name, each in errors.items()}
    groups = list(_groups(probes, model.block_count))
    settings = EngineSettings(maps_file=False, gpu_layers=0)
    candidate = OpenedCandidate(Candidate(LocalFile(str(model.path)), settings), model)
    measured: list[tuple[Sequence[str], float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="probe-", dir=room.folder) as scratch,
        room.calls("probe", is_steady=True) as engine,
    ):
        room.load(engine, candidate, threads, NO_CONTEXT)
        chunks = _chunks(model, engine, Path(scratch))
        for number, tokens in enumerate(chunks):
            target = str(Path(scratch, f"{number}"))
            keep = KeepReference(engine.next_id(), tokens, _FIRST_SCORED, threads, target)
            engine.call(keep, ReferenceKept)
        for number, names in enumerate(groups):
            on_progress(number, len(groups))
            for holds in (True, False):
                held = [
                    HeldTensor(
                        tensors[name][0].name,
                        tensors[name][1],
                        tensors[name][0].dimensions[0],
                        TARGET_TYPES[probes[name].type].type_id if holds else None,
                    )
                    for name in names
                ]
                command = HoldTensors(engine.next_id(), held, matrix, threads)
                engine.call(command, TensorsHeld)
                if holds:
                    measured.append((names, _divergence(engine, chunks, Path(scratch), threads)))
        on_progress(len(groups), len(groups))
    return fit_weights(measured, {name: each.loss for name, each in probes.items()})


def _probe(choices: Sequence[Choice]) -> Choice:
    """The number format that a tensor is tried at."""
    lossy = [each for each in choices if each.loss > 0] or list(choices)
    return min(lossy, key=lambda each: abs(_bits(each) - _PROBED_BITS))


def _bits(choice: Choice) -> float:
    return TARGET_TYPES[choice.type].bits_per_weight


def _groups(probes: Mapping[str, Choice], layers: int) -> Iterator[list[str]]:
    """All of a kind, then all of a layer or of neighbouring layers."""
    lossy = [name for name, each in probes.items() if each.loss > 0]
    for kind in dict.fromkeys(map(kind_of, lossy)):
        yield [name for name in lossy if kind_of(name) == kind]
    for band in bands(layers, _MOST_BANDS):
        names = [name for name in lossy if layer_of(name) in band]
        if names:
            yield names


def _chunks(model: ModelFile, engine: EngineCalls, scratch: Path) -> list[list[int]]:
    """Tokens of the bundled calibration text: chunks from all over it."""
    text = bundled_calibration(model)
    source, target = scratch / "text", scratch / "tokens"
    source.write_bytes(text.data)
    command = Tokenize(engine.next_id(), str(source), str(target), marks=text.marks)
    begin = engine.call(command, Tokenized).begin_token
    tokens = array("i", target.read_bytes())
    count = len(tokens) // _CHUNK_TOKENS
    found: list[list[int]] = []
    for place in range(min(_CHUNKS, count)):
        at = place * count // min(_CHUNKS, count) * _CHUNK_TOKENS
        chunk = tokens[at : at + _CHUNK_TOKENS].tolist()
        found.append(chunk if begin is None else [begin, *chunk[1:]])
    return found


def _divergence(
    engine: EngineCalls, chunks: Sequence[list[int]], scratch: Path, threads: int
) -> float:
    """Mean over all scored positions, in nats."""
    found: list[float] = []
    for number, tokens in enumerate(chunks):
        reference = str(scratch / f"{number}")
        command = ScoreChunk(engine.next_id(), tokens, _FIRST_SCORED, threads, reference)
        found += engine.call(command, ChunkScored).kld
    return sum(found) / max(1, len(found))
