"""Looking into model files: what is in each tensor, and what it lost against a reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.base.files import write_whole
from app.base.rights import usual_rights
from app.core.errors import PersonError
from app.core.gguf import TensorInfo
from app.core.shrink.inside.inspection import (
    InspectedTensor,
    Inspection,
    can_be_read,
)
from app.core.shrink.inside.tensor_table import as_csv
from app.core.words.sentence import say
from app.engine.protocol.making import InspectTensor, StoredTensor, TensorInspected
from app.lab.engines.room import EngineRoom
from app.library.model_files import inspect_file, read_shards


def inspect(
    path: Path,
    reference: Path | None = None,
    *,
    threads: int,
    folder: Path,
    on_progress: Callable[[int, int], None],
    zeros_alone: bool = False,
) -> Inspection:
    """Count what is in every tensor of a model file, all shards; memory stays small.

    Args:
        path: Any GGUF file of tensors.
        reference: Another version of the same model, to be held against.
        threads: That share a tensor.
        folder: Working folder of the engine.
        on_progress: Told bytes of the file read and in all.
        zeros_alone: Count zeros and nothing else: in less than half of the time.

    Raises:
        PersonError: A file cannot be read, or the reference is another model.
    """
    model = inspect_file(path)
    stored = stored_tensors(path)
    against: dict[tuple[str, tuple[int, ...]], StoredTensor] = {}
    if reference is not None:
        found = stored_tensors(reference)
        against = {(info.name, info.dimensions): there for info, there in found}
        # Single tensors are alike in many models.
        alike = [info for info, _ in stored if (info.name, info.dimensions) in against]
        if 2 * sum(info.n_elements for info in alike) < model.parameters:
            raise PersonError(
                say("shrink.reference_another_model", reference=reference.name, name=path.name)
            )
    tensors: list[InspectedTensor] = []
    unmatched: list[str] = []
    total = sum(info.n_bytes for info, _ in stored)
    done = 0
    with EngineRoom(folder).calls("inspect") as engine:
        for info, there in stored:
            on_progress(done, total)
            other = against.get((info.name, info.dimensions))
            if reference is not None and other is None:
                unmatched.append(info.name)
            if other is not None and not can_be_read(other.type_id):
                other = None
            figures = None
            if can_be_read(info.type_id):
                command = InspectTensor(engine.next_id(), there, threads, other, zeros_alone)
                figures = engine.call(command, TensorInspected).figures
            tensors.append(InspectedTensor(info, figures))
            done += info.n_bytes
    on_progress(total, total)
    return Inspection(model, tensors, unmatched)


def write_table(found: Inspection, other: Inspection | None, target: Path) -> None:
    """Write a file's tensors as a table for spreadsheets, beside another's or alone.

    Raises:
        PersonError: It cannot be written.
    """
    try:
        with usual_rights():
            write_whole(target, as_csv(found, other))
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(say("lab.path_cannot_be_written", path=target, reason=reason)) from error


def stored_tensors(path: Path) -> list[tuple[TensorInfo, StoredTensor]]:
    """All tensors of a file or a set of shards, and where they lie.

    Raises:
        PersonError: A file cannot be read.
    """
    return [
        (
            info,
            StoredTensor(
                str(shard.path.absolute()),
                shard.header.data_offset + info.offset,
                info.type_id,
                info.n_elements,
            ),
        )
        for shard in read_shards(path)
        for info in shard.header.tensors
    ]
