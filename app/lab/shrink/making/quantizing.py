"""One file, made by the quantizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.core.models.model_file import PRUNED_KEY
from app.core.shrink.label import pruned_label
from app.core.shrink.recipe import Step, level_of_bits
from app.core.shrink.types import needs_matrix
from app.core.words.sentence import listed, say
from app.engine.protocol.loading import Predict, Predicted
from app.engine.protocol.making import Quantize, TensorPlanned, TensorRule
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.making.matrix import matrix_name
from app.lab.shrink.planning import file_bytes, plan_of, turned
from app.lab.shrink.quantize import carry_out
from app.lab.shrink.sources import check_room

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls
    from app.lab.shrink.making.means import Means
    from app.lab.shrink.making.underway import Underway

USUAL_BITS = 4.9
"""Of the level by which the quantizer says which tensors it turns into other types."""
_SHOWN = 3
_PROBE_TOKENS = 64


def check_loads(work: Underway, made: Path, engine: EngineCalls, means: Means) -> None:
    """Let llama.cpp lay a pruned file out; raise PersonError where it would not load."""
    if work.model.kind is not ModelKind.LANGUAGE_MODEL:
        return
    command = Predict(engine.next_id(), str(made.resolve()), _PROBE_TOKENS, means.threads)
    try:
        engine.call(command, Predicted)
    except PersonError as error:
        raise PersonError(
            say("shrink.would_not_load", name=work.model.path.name), error.detail or error.sentence
        ) from error


def make(work: Underway, target: Path, engine: EngineCalls, means: Means) -> int:
    """Have it made as the work says; returns how many ns that took."""
    command = command_of(work, target, means, engine.next_id())
    planned = planned_types(work, engine, command)
    infos = [replace(info, name=name) for name, (info, _) in work.tensors.items()]
    check_room(target, file_bytes(work.model, turned(infos, planned)))
    return carry_out(
        engine,
        command,
        lambda done, total: means.on_step(Step.QUANTIZING, done, total),
    )


def command_of(work: Underway, target: Path, means: Means, command_id: int) -> Quantize:
    """What the quantizer is told."""
    recipe = work.recipe
    level = work.level or level_of_bits(USUAL_BITS)  # where types stay, it says nothing
    notes: dict[str, str] = {}
    if pruned := pruned_label(means.label, work.model, work.cut, recipe.sparsity):
        notes[PRUNED_KEY] = pruned
    matrix = None if recipe.copies else work.matrix_of_rest or work.matrix_path
    return Quantize(
        command_id,
        str(work.read_path.resolve()),
        str(target.resolve()),
        level.ftype,
        means.threads,
        matrix=str(matrix.absolute()) if matrix else "",
        matrix_name=matrix_name(work, means),
        rules=[TensorRule(rule.pattern, rule.type_id) for rule in work.rules],
        drop_layers=[] if work.is_copy else list(work.cut.layers),
        requantizes=not is_full(work.model),
        copies=recipe.copies,
        notes=notes,
    )


def planned_types(
    work: Underway, engine: EngineCalls, command: Quantize, *, quietly: bool = False
) -> Mapping[str, TensorPlanned]:
    """What the quantizer would make of each tensor; refuse now what it would refuse in an hour.

    Args:
        work: What is made.
        engine: That is asked.
        command: That would make it.
        quietly: Refuse and remark nothing: it is not made so.
    """
    planned = plan_of(engine, command)
    if quietly:
        return planned
    fallen = [each for each in planned.values() if each.wanted]
    if fallen:
        names = [
            f"{each.name} ({each.wanted.upper()} → {each.turned.upper()})"
            for each in fallen[:_SHOWN]
        ]
        work.remarks.append(say("shrink.rows_do_not_fit", n=len(fallen), names=listed(names)))
    level = work.level.name if work.level else ""
    needing = [
        work.tensors[each.name][0].name
        for each in planned.values()
        if each.turned and needs_matrix(each.name, each.turned, level)
    ]
    matrix = work.matrix
    missing = [name for name in needing if matrix is None or name not in matrix.entries]
    if missing and matrix is None:
        raise PersonError(say("shrink.needs_matrix", name=level, tensor=missing[0]))
    if missing:
        raise PersonError(say("shrink.matrix_lacks", n=len(missing), tensor=missing[0]))
    if matrix is not None:
        originals = [work.tensors[each.name][0].name for each in planned.values() if each.turned]
        unknown = [n for n in originals if n.startswith("blk.") and n not in matrix.entries]
        if unknown:
            said = say("shrink.matrix_silent", n=len(unknown), tensor=unknown[0])
            work.remarks.append(said)
    return planned
