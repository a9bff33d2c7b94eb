"""A target's mixtures: chosen, made, measured, the best kept."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.core.shrink.mixtures import Tried
from app.core.shrink.recipe import Step, level_of_bits
from app.core.words.sentence import say
from app.engine.protocol.making import TensorPlanned
from app.lab.shrink.making.quantizing import USUAL_BITS, command_of, make, planned_types
from app.lab.shrink.memory import beside_weights_bytes
from app.lab.shrink.probing import can_probe, probed_weights
from app.lab.shrink.target import mixtures_of
from app.library.model_files import inspect_file

if TYPE_CHECKING:
    from app.core.models.levels import Level
    from app.core.shrink.mixtures import Mixture
    from app.core.shrink.solver import Choice
    from app.lab.engines.calls import EngineCalls
    from app.lab.shrink.making.means import Means
    from app.lab.shrink.making.underway import Underway


def make_best(
    work: Underway, target: Path, engine: EngineCalls, means: Means, mixtures: Sequence[Mixture]
) -> int:
    """Have each mixture made, measure what it lost, and keep the best; returns ns of all making."""
    measure = means.divergence
    if measure is None or work.recipe.is_quick or len(mixtures) == 1:
        work.take(mixtures[0])
        return make(work, target, engine, means)
    elapsed_ns = 0
    tried: list[tuple[Tried, Mixture]] = []
    folder = target.resolve().parent
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        kept, made = Path(scratch, "best.gguf"), Path(scratch, "made.gguf")
        before = len(work.remarks)
        for number, mixture in enumerate(mixtures):
            work.take(mixture)
            del work.remarks[before:]  # the next one makes the same
            made.unlink(missing_ok=True)
            elapsed_ns += make(work, made, engine, means)
            if tried and made.stat().st_size > (work.recipe.target_bytes or math.inf):
                continue  # the quantizer's own, with a header that is too long
            means.on_step(Step.TRYING, number, len(mixtures))
            try:
                divergence = measure(work.read_path, made)
            except PersonError as error:
                work.remarks.append(say("shrink.not_tried", reason=error.said))
                divergence = math.inf
            tried.append((Tried(mixture.chosen_by, made.stat().st_size, divergence), mixture))
            if not number or divergence < min(each.mean_kld for each, _ in tried[:-1]):
                made.replace(kept)
            if divergence == math.inf:
                break
        work.take(min(tried, key=lambda each: each[0].mean_kld)[1])
        work.tried = [each for each, _ in tried if each.mean_kld < math.inf]
        kept.replace(target)
    return elapsed_ns


def mixtures_for_target(
    work: Underway, target: Path, engine: EngineCalls, means: Means
) -> Sequence[Mixture]:
    """What a target comes to: types for each tensor, a few ways of it, the likeliest first."""

    def types_at(level: Level) -> Mapping[str, TensorPlanned]:
        work.level = level
        command = command_of(work, target, means, engine.next_id())
        found = planned_types(work, engine, command, quietly=True)
        return {name: each for name, each in found.items() if each.turned}

    wanted, beside_bytes = work.recipe.target_memory, 0
    if wanted is not None:
        beside_bytes = beside_weights_bytes(
            work.model,
            wanted,
            engine,
            means.threads,
            plans=means.room.plans,
            layers_left=work.model.block_count - len(work.cut.layers),
        )
    return mixtures_of(
        work.model,
        work.tensors,
        types_at(level_of_bits(USUAL_BITS)),
        work.recipe,
        (str(work.matrix_of_rest or work.matrix_path), work.matrix) if work.matrix else None,
        engine,
        means.threads,
        lambda done, total: means.on_step(Step.MEASURING, done, total),
        lambda level: {name: each.turned.upper() for name, each in types_at(level).items()},
        lambda errors: _probed(work, errors, means),
        beside_bytes,
    )


def _probed(
    work: Underway, errors: Mapping[str, Sequence[Choice]], means: Means
) -> Mapping[str, float]:
    """How much the errors of each tensor count in this model; nothing where none is measured."""
    if work.recipe.is_quick or means.divergence is None:
        return {}
    answers = work.model.kind is ModelKind.LANGUAGE_MODEL
    model = inspect_file(work.read_path)
    if work.is_copy or not answers or not can_probe(model, means.room):
        work.remarks.append(say("shrink.not_probed", name=work.model.path.name))
        return {}
    return probed_weights(
        model,
        work.tensors,
        errors,
        str(work.matrix_path) if work.matrix_path else "",
        means.threads,
        means.room,
        lambda done, total: means.on_step(Step.PROBING, done, total),
    )
