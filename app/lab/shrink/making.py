"""Making a smaller version by a recipe: level, importance matrix, rules, a target, fewer layers."""

from __future__ import annotations

import contextlib
import math
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind
from app.core.models.model_file import PRUNED_KEY, ModelFile
from app.core.shrink.cutting import Cut
from app.core.shrink.importance import to_bytes
from app.core.shrink.label import pruned_label
from app.core.shrink.layers import new_name, says_by_layer
from app.core.shrink.mixtures import Tried
from app.core.shrink.recipe import (
    Done,
    MatrixUse,
    Recipe,
    Rule,
    Step,
    check_rules,
    exactly,
    level_of_bits,
)
from app.core.shrink.types import needs_matrix
from app.core.text.shared_names import file_name
from app.core.words.sentence import Sentence, listed, say
from app.engine.protocol.loading import Predict, Predicted
from app.engine.protocol.making import Quantize, StoredTensor, TensorPlanned, TensorRule
from app.lab.convert.originals import original_in
from app.lab.shrink.copies import converted_copy, take_over
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.healed import shrink_healed
from app.lab.shrink.importance import kept_importance
from app.lab.shrink.inspecting import inspect, stored_tensors
from app.lab.shrink.left_out.cutting import channels_that_stay, check_cut, experts_that_stay
from app.lab.shrink.left_out.dropping import dropped_layers
from app.lab.shrink.left_out.pruning import Pruning, write_pruned
from app.lab.shrink.matrices.kept import KeptMatrices, content_of, named_matrix, read_matrix
from app.lab.shrink.matrices.texts import MOST_READ_BYTES, calibration_of
from app.lab.shrink.memory import beside_weights_bytes
from app.lab.shrink.merging import known_as, merged_copy, remarks_on
from app.lab.shrink.planning import file_bytes, plan_of, turned
from app.lab.shrink.probing import can_probe, probed_weights
from app.lab.shrink.quantize import carry_out
from app.lab.shrink.sources import check_room, check_target, source_file
from app.lab.shrink.target import mixtures_of
from app.library.model_files import inspect_file, read_shards

if TYPE_CHECKING:
    from app.core.gguf import TensorInfo
    from app.core.models.family import LibraryModel
    from app.core.models.levels import Level
    from app.core.models.model_file import Shard
    from app.core.shrink.importance import Importance
    from app.core.shrink.mixtures import Mixture
    from app.core.shrink.solver import Choice
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom

_SHOWN = 3
_PROBE_TOKENS = 64
# Of the level by which the quantizer says which tensors it turns into other types.
_USUAL_BITS = 4.9


@dataclass(frozen=True, slots=True)
class ShrinkResult:
    """A version that was made.

    Attributes:
        pruned: What was left out, in words.
        remarks: What a person should know of it.
    """

    source: str
    target: str
    level: str
    file_bytes: int
    bits_per_weight: float
    zero_fraction: float | None
    recipe: Done
    elapsed_ns: int
    pruned: str = ""
    remarks: Sequence[Sentence] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What a version is made with.

    Attributes:
        threads: Of engines.
        room: Where they run.
        cache: This program's cache folder, for matrices that are kept.
        on_step: Told what is done now, how much of it, and of how much.
        library: Brings up the models on this PC, to name one in place of a shrunken source.
        database: Where this program's chats are stored, for matrices of own chats.
        label: What the new file's header says of it before what was left out.
        gets_converter: Original weights may be converted by what is downloaded first.
        divergence: Measures how far a version is from the source, in nats, over a text that the
            importance matrix was not made of; None where nothing is to be tried.
    """

    threads: int
    room: EngineRoom
    cache: Path
    on_step: Callable[[Step, int, int], None]
    library: Callable[[], Sequence[LibraryModel]] = tuple
    database: Path = Path()
    label: str = ""
    gets_converter: bool = False
    divergence: Callable[[Path, Path], float] | None = None


@dataclass(slots=True)
class _Work:
    """A recipe on its way; tensors go by their names in the new file.

    Attributes:
        is_copy: What is read lacks already what goes; its tensors have their new names.
        matrix_of_rest: What the matrix tells of such a copy.
        known_as: What the model is known by, where it is only there for now.
    """

    model: ModelFile
    recipe: Recipe
    level: Level | None
    rules: Sequence[Rule]
    shards: Sequence[Shard]
    cut: Cut
    tensors: Mapping[str, tuple[TensorInfo, StoredTensor]]
    read_path: Path
    is_copy: bool = False
    mixture: Mixture | None = None
    tried: Sequence[Tried] = ()
    matrix_path: Path | None = None
    matrix_of_rest: Path | None = None
    matrix: Importance | None = None
    remarks: list[Sentence] = field(default_factory=lambda: list["Sentence"]())
    known_as: bytes = b""

    def take(self, mixture: Mixture) -> None:
        """Let a mixture decide the types."""
        self.mixture = mixture
        elements = sum(self.tensors[name][0].n_elements for name in mixture.chosen)
        n_bytes = sum(choice.n_bytes for choice in mixture.chosen.values())
        self.level = level_of_bits(8 * n_bytes / max(1, elements))
        self.rules = [exactly(name, each.type) for name, each in mixture.chosen.items()]


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
) -> _Work:
    """What is asked, held against a model that may be there only for now."""
    stored = stored_tensors(model.path)
    check_rules(recipe.rules, [info.name for info, _ in stored])
    if recipe.rules and recipe.level is not None and recipe.level.is_full:
        raise PersonError(say("shrink.rules_need_level", name=recipe.level.name))
    shards = read_shards(model.path)
    check_cut(model, shards, recipe.width, recipe.experts)
    dropped = _dropped(model, recipe, means)
    names = ((info, there, new_name(info.name, dropped)) for info, there in stored)
    tensors = {name: (info, there) for info, there, name in names if name is not None}
    if dropped and model.sliding_window:
        remarks.append(say("shrink.windows_move", name=model.path.name))
    return _Work(
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


def _carried_out(work: _Work, target: Path, means: Means) -> int:
    """Make it; returns how many ns the quantizer took."""
    _get_matrix(work, means)
    _cut(work, means)
    with _pruned(work, target, means), means.room.calls("shrink") as engine:
        if work.is_copy:
            _check_loads(work, work.read_path, engine, means)
        if work.recipe.has_target:
            mixtures = _mixtures(work, target, engine, means)
            elapsed_ns = _make_best(work, target, engine, means, mixtures)
        else:
            elapsed_ns = _make(work, target, engine, means)
        if work.cut.layers and not work.is_copy:
            try:
                _check_loads(work, target, engine, means)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
    return elapsed_ns


def _dropped(model: ModelFile, recipe: Recipe, means: Means) -> tuple[int, ...]:
    if not recipe.drop_layers:
        return ()
    return dropped_layers(
        model.path,
        recipe.drop_layers,
        means.cache,
        threads=means.threads,
        room=means.room,
        on_progress=lambda done, total: means.on_step(Step.COMPARING_LAYERS, done, total),
    )


def _get_matrix(work: _Work, means: Means) -> None:
    """Find the matrix that is asked for, or make one; go without where none is needed."""
    recipe, kept = work.recipe, KeptMatrices(means.cache)
    named = not isinstance(recipe.matrix, MatrixUse)
    if named:
        work.matrix_path = named_matrix(
            str(recipe.matrix), recipe.matrix_sha256, work.model.path, kept
        )
    elif recipe.takes_matrix:
        try:
            work.matrix_path = kept_importance(
                work.model.path,
                means.cache,
                calibration_of(recipe.matrix_texts, work.model, means.database, MOST_READ_BYTES),
                threads=means.threads,
                room=means.room,
                on_progress=lambda done, total: means.on_step(Step.WEIGHING, done, total),
                known_as=work.known_as,
            )
        except PersonError as error:
            needs = recipe.level is not None and recipe.level.needs_importance_matrix
            if needs or recipe.matrix_texts:
                raise
            work.remarks.append(say("shrink.without_matrix", reason=error.said))
    if work.matrix_path is None:
        return
    _, work.matrix = read_matrix(work.matrix_path, work.model.path)
    if named and not (work.known_as or kept.holds(work.matrix_path)):
        with contextlib.suppress(PersonError):  # only so that the recipe finds it later
            kept.take(work.matrix_path, work.model)
    if work.matrix.unused:
        work.remarks.append(
            say("shrink.experts_unseen", n=work.matrix.unused, all=work.matrix.of_experts)
        )


def _cut(work: _Work, means: Means) -> None:
    """Decide which channels and experts go, where some are to."""
    recipe = work.recipe
    if recipe.width is not None:
        channels = channels_that_stay(
            work.shards,
            recipe.width,
            work.matrix,
            lambda done, total: means.on_step(Step.MEASURING, done, total),
        )
        work.cut = replace(work.cut, channels=channels)
    if recipe.experts:
        experts = experts_that_stay(
            work.model,
            work.shards,
            recipe.experts,
            means.cache,
            threads=means.threads,
            room=means.room,
            on_progress=lambda done, total: means.on_step(Step.COUNTING_EXPERTS, done, total),
        )
        work.cut = replace(work.cut, experts=experts)


@contextlib.contextmanager
def _pruned(work: _Work, target: Path, means: Means) -> Generator[None]:
    """Let what is read be a copy without what goes, where the quantizer cannot leave it out."""
    cut, sparsity = work.cut, work.recipe.sparsity
    by_hand = cut.layers and says_by_layer(work.shards[0].header)
    if not (cut.channels or cut.experts or by_hand or sparsity is not None):
        yield
        return
    check_room(target, 2 * work.model.file_bytes)
    folder = target.resolve().parent
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=folder) as scratch:
        if work.matrix is not None:
            tensors = [info for shard in work.shards for info in shard.header.tensors]
            matrix = cut.matrix(work.matrix, tensors)
            work.matrix, work.matrix_of_rest = matrix, Path(scratch, "matrix.gguf")
            work.matrix_of_rest.write_bytes(to_bytes(matrix))
        work.read_path, work.is_copy = Path(scratch, "pruned.gguf"), True
        write_pruned(
            work.shards,
            work.read_path,
            Pruning(cut, sparsity, work.matrix),
            lambda done, total: means.on_step(Step.PRUNING, done, total),
        )
        work.tensors = {info.name: (info, there) for info, there in stored_tensors(work.read_path)}
        yield


def _check_loads(work: _Work, made: Path, engine: EngineCalls, means: Means) -> None:
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


def _make(work: _Work, target: Path, engine: EngineCalls, means: Means) -> int:
    """Have it made as the work says; returns how many ns that took."""
    command = _command(work, target, means, engine.next_id())
    planned = _planned(work, engine, command)
    infos = [replace(info, name=name) for name, (info, _) in work.tensors.items()]
    check_room(target, file_bytes(work.model, turned(infos, planned)))
    return carry_out(
        engine,
        command,
        lambda done, total: means.on_step(Step.QUANTIZING, done, total),
    )


def _make_best(
    work: _Work, target: Path, engine: EngineCalls, means: Means, mixtures: Sequence[Mixture]
) -> int:
    """Have each mixture made, measure what it lost, and keep the best; returns ns of all making."""
    measure = means.divergence
    if measure is None or work.recipe.is_quick or len(mixtures) == 1:
        work.take(mixtures[0])
        return _make(work, target, engine, means)
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
            elapsed_ns += _make(work, made, engine, means)
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


def _mixtures(work: _Work, target: Path, engine: EngineCalls, means: Means) -> Sequence[Mixture]:
    """What a target comes to: types for each tensor, a few ways of it, the likeliest first."""

    def types_at(level: Level) -> Mapping[str, TensorPlanned]:
        work.level = level
        command = _command(work, target, means, engine.next_id())
        found = _planned(work, engine, command, quietly=True)
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
        types_at(level_of_bits(_USUAL_BITS)),
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
    work: _Work, errors: Mapping[str, Sequence[Choice]], means: Means
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


def _command(work: _Work, target: Path, means: Means, command_id: int) -> Quantize:
    recipe = work.recipe
    level = work.level or level_of_bits(_USUAL_BITS)  # where types stay, it says nothing
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
        matrix_name=_matrix_name(work, means),
        rules=[TensorRule(rule.pattern, rule.type_id) for rule in work.rules],
        drop_layers=[] if work.is_copy else list(work.cut.layers),
        requantizes=not is_full(work.model),
        copies=recipe.copies,
        notes=notes,
    )


def _matrix_name(work: _Work, means: Means) -> str:
    """What a matrix is called: nothing of this PC's folders, and of a kept one its text."""
    if work.matrix is None or work.matrix_path is None:
        return ""
    kept = KeptMatrices(means.cache).holds(work.matrix_path)
    texts = work.matrix.datasets if kept else ()
    return f"{file_name(texts[0])}.gguf" if texts else work.matrix_path.name


def _planned(
    work: _Work, engine: EngineCalls, command: Quantize, *, quietly: bool = False
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


def _result(
    work: _Work,
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
            matrix=_matrix_name(work, means),
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
