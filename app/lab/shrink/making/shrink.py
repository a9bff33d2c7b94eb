"""Making a smaller version by a recipe: level, importance matrix, rules, a target, fewer layers."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.shrink.cutting import Cut
from app.core.shrink.layers import new_name
from app.core.shrink.recipe import Done, Recipe, Step, check_rules
from app.core.words.sentence import Sentence, say
from app.lab.convert.originals import original_in
from app.lab.shrink.copies import converted_copy, take_over
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.healed import shrink_healed
from app.lab.shrink.inspecting import inspect, stored_tensors
from app.lab.shrink.left_out.cutting import check_cut
from app.lab.shrink.making.leaving_out import decide_cut, layers_that_go, without_what_goes
from app.lab.shrink.making.matrix import get_matrix, matrix_name
from app.lab.shrink.making.means import Means, ShrinkResult
from app.lab.shrink.making.quantizing import check_loads, make
from app.lab.shrink.making.targeted import make_best, mixtures_for_target
from app.lab.shrink.making.underway import Underway
from app.lab.shrink.matrices.kept import content_of
from app.lab.shrink.merging import known_as, merged_copy, remarks_on
from app.lab.shrink.sources import check_target, source_file
from app.library.model_files import read_shards


def shrink(source: Path, target: Path, recipe: Recipe, means: Means) -> ShrinkResult:
    """Make ``target`` of ``source``.

    Args:
        source: A model file, all of whose shards become one file, or a folder of original weights.
        target: The file to write; must not be there yet.
        recipe: How.
        means: With what.

    Raises:
        PersonError: It cannot be done; nothing is left behind.
    """
    if recipe.healing is not None:
        return shrink_healed(shrink, source, target, recipe, means)
    begin_ns = time.perf_counter_ns()
    check_target(target)
    with contextlib.ExitStack() as copies:
        path, known = source, b""
        if source.is_dir():
            original = original_in(source)
            path = copies.enter_context(
                converted_copy(
                    original, target, means.cache, means.on_step, gets=means.gets_converter
                )
            )
            known = known_as(original.files, recipe.merge)
        takes_any = recipe.requantizes or recipe.copies
        model = source_file(path, recipe.level, means.library, requantizes=takes_any)
        remarks: list[Sentence] = []
        if not (is_full(model) or recipe.copies):
            remarks.append(say("shrink.second_loss", name=path.name, level_name=model.level_name))
        if recipe.merge:
            known = known or known_as(model.shard_paths, recipe.merge)
            remarks += remarks_on(recipe.merge, model.path)
            model = copies.enter_context(
                merged_copy(
                    model,
                    recipe.merge,
                    target,
                    threads=means.threads,
                    room=means.room,
                    keeps_types=recipe.copies,
                    on_progress=lambda done, total: means.on_step(Step.MERGING, done, total),
                )
            )
        work = _begun(model, recipe, means, remarks, known)
        if known and recipe.changes_nothing and not means.label:
            take_over(model, target)
            elapsed_ns = time.perf_counter_ns() - begin_ns
        else:
            elapsed_ns = _carried_out(work, target, means)
    return _result(work, source, target, means, elapsed_ns)


def _begun(
    model: ModelFile, recipe: Recipe, means: Means, remarks: list[Sentence], known: bytes
) -> Underway:
    """What is asked, held against a model that may be there only for now."""
    stored = stored_tensors(model.path)
    check_rules(recipe.rules, [info.name for info, _ in stored])
    if recipe.rules and recipe.level is not None and recipe.level.is_full:
        raise PersonError(say("shrink.rules_need_level", name=recipe.level.name))
    shards = read_shards(model.path)
    check_cut(model, shards, recipe.width, recipe.experts)
    dropped = layers_that_go(model, recipe, means)
    names = ((info, there, new_name(info.name, dropped)) for info, there in stored)
    tensors = {name: (info, there) for info, there, name in names if name is not None}
    if dropped and model.sliding_window:
        remarks.append(say("shrink.windows_move", name=model.path.name))
    return Underway(
        model,
        recipe,
        recipe.level,
        recipe.rules,
        shards,
        Cut(dropped),
        tensors,
        model.path,
        remarks=remarks,
        known_as=known,
    )


def _carried_out(work: Underway, target: Path, means: Means) -> int:
    """Make it; returns how many ns the quantizer took."""
    get_matrix(work, means)
    decide_cut(work, means)
    with without_what_goes(work, target, means), means.room.calls("shrink") as engine:
        if work.is_copy:
            check_loads(work, work.read_path, engine, means)
        if work.recipe.has_target:
            mixtures = mixtures_for_target(work, target, engine, means)
            elapsed_ns = make_best(work, target, engine, means, mixtures)
        else:
            elapsed_ns = make(work, target, engine, means)
        if work.cut.layers and not work.is_copy:
            try:
                check_loads(work, target, engine, means)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    return elapsed_ns


def _result(
    work: Underway,
    source: Path,
    target: Path,
    means: Means,
    elapsed_ns: int,
) -> ShrinkResult:
    found = inspect(
        target,
        threads=means.threads,
        folder=means.room.folder,
        on_progress=lambda done, total: means.on_step(Step.LOOKING, done, total),
        zeros_alone=True,
    )
    made, recipe, mixture = found.model, work.recipe, work.mixture
    elements = {name: info.n_elements for name, (info, _) in work.tensors.items()}
    return ShrinkResult(
        source=str(source),
        target=str(target),
        level=made.level_name,
        file_bytes=made.file_bytes,
        bits_per_weight=made.bits_per_weight,
        zero_fraction=found.zero_fraction,
        recipe=Done(
            level=made.level_name,
            target_bytes=recipe.target_bytes,
            target_bits=recipe.target_bits,
            matrix=matrix_name(work, means),
            matrix_sha256=content_of(work.matrix_path) if work.matrix_path else "",
            target_memory=recipe.target_memory,
            rules=list(recipe.rules),
            tensors=dict(Counter(each.type_name for each in found.tensors)),
            chosen={name: each.type for name, each in mixture.chosen.items()} if mixture else {},
            chosen_by=mixture.chosen_by if mixture else None,
            parts=mixture.parts(elements) if mixture else [],
            tried=list(work.tried),
            dropped_layers=list(work.cut.layers),
            sparsity=recipe.sparsity,
            merged=list(recipe.merge),
            width=recipe.width,
            experts=recipe.experts,
        ),
        elapsed_ns=elapsed_ns,
        pruned=made.pruned,
        remarks=tuple(work.remarks),
    )
