"""Ways to one and the same need of memory: what each of them would be, before any is made.

What an engine needs beside its weights, llama.cpp plans for the source; what the weights are to
be, its quantizer says of each tensor in an engine that writes nothing. Leaving out layers takes
their part of the KV cache along.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, USUAL_ENGINE
from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs, kv_cache_bytes
from app.core.models.levels import LEVELS, level_by_name
from app.core.models.model_file import ModelFile
from app.core.shrink.healing import Healing
from app.core.shrink.layers import check_droppable, new_name
from app.core.shrink.pace import making_seconds
from app.core.shrink.recipe import Recipe
from app.core.shrink.ways import Way
from app.core.words.sentence import Sentence, say, size
from app.engine.protocol.loading import Predict, Predicted
from app.engine.protocol.making import Quantize
from app.lab.engines.plans import needs_of
from app.lab.shrink.full_versions import is_full
from app.lab.shrink.healing import why_not
from app.lab.shrink.planning import file_bytes, plan_of, turned
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.gguf import GgufHeader, TensorInfo
    from app.core.models.family import LibraryModel
    from app.core.models.levels import Level
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.room import EngineRoom

ABOUT_EQUAL = 0.10
"""What needs so much less or more than another may stand beside it, as needing the same."""
_USUAL = "Q4_K_M"
# What quantizers of today make of any model; of the others some want a model trained for them.
_USUAL_LEVELS = tuple(
    each
    for each in LEVELS
    if each.can_be_made
    and not each.is_full
    and each.name.startswith(("Q8_0", "Q6_K", "Q5_K", "Q4_K", "Q3_K", "Q2_K", "IQ"))
)
_BESIDE_PRUNING = tuple(map(level_by_name, ("Q8_0", "Q6_K", "Q5_K_M")))
_NOWHERE = "nothing-is-written.gguf"
_MOST_OTHERS = 4
# What is left of a pruned model learns so long from its original, where a person wants that.
_LEARNING_MINUTES = 3.0


@dataclass(frozen=True, slots=True)
class Planned:
    """One way, as it would come out.

    Attributes:
        way: Which.
        title: What lists and the file call it.
        how: What is done, in words.
        source: What it is made of; what is there already is itself.
        recipe: How it is made; None for what is there already.
        file_bytes: About the size of its file.
        needed_bytes: Memory it would need, with the plan's context.
        seconds: Of making it, without reading texts for it.
        is_usual: It belongs to a comparison by itself; else only if a person wants it.
    """

    way: Way
    title: str
    how: Sentence
    source: Path
    recipe: Recipe | None
    file_bytes: int
    needed_bytes: int
    seconds: float
    is_usual: bool = True


@dataclass(frozen=True, slots=True)
class WaysPlan:
    """All ways from one source to one need of memory.

    Attributes:
        source: The model.
        source_bytes: Memory that it needs itself.
        memory_bytes: What the others are to need.
        context_tokens: With a context of this size.
        ways: Those that there are.
        remarks: Which others there are not, and why.
    """

    source: Path
    source_bytes: int
    memory_bytes: int
    context_tokens: int
    ways: tuple[Planned, ...]
    remarks: tuple[Sentence, ...]


def plan_ways(
    source: Path,
    memory_bytes: int | None,
    context_tokens: int | None,
    *,
    threads: int,
    room: EngineRoom,
    library: Callable[[], Iterable[LibraryModel]] = tuple,
) -> WaysPlan:
    """Say what can be made of a model that needs so much memory, by each way.

    Args:
        source: The model.
        memory_bytes: What each is to need at most; None for what its Q4_K_M needs.
        context_tokens: With which context; None for what candidates get by default.
        threads: Of engines, and of the quantizer.
        room: Where the engine runs.
        library: Brings up the models on this PC, among which others of that need may be.

    Raises:
        PersonError: The model cannot be read, or needs no more than that itself.
    """
    with room.calls("shrink") as engine:
        planner = _Planner(source, context_tokens, threads, room, engine)
        if memory_bytes is None:
            memory_bytes = planner.needed(planner.at_level(level_by_name(_USUAL)))
        if planner.source_bytes <= memory_bytes:
            raise PersonError(
                say("shrink.ways_too_much", name=source.name, needed=size(planner.source_bytes))
            )
        ways = [*planner.quantized(memory_bytes), *planner.pruned(memory_bytes)]
        ways += _others(planner.model, memory_bytes, library(), threads, room, planner)
    if not ways:
        raise PersonError(
            say(
                "shrink.ways_nothing",
                memory=size(memory_bytes),
                least=size(planner.beside_bytes(planner.model.block_count)),
            )
        )
    return WaysPlan(
        source,
        planner.source_bytes,
        memory_bytes,
        planner.context_tokens,
        tuple(ways),
        tuple(planner.remarks),
    )


class _Planner:
    """Plans versions of one model in an engine."""

    def __init__(
        self,
        path: Path,
        context_tokens: int | None,
        threads: int,
        room: EngineRoom,
        engine: EngineCalls,
    ) -> None:
        shards = read_shards(path)
        self.model = model = ModelFile.from_headers(shards)
        model.check_answers()
        self._header: GgufHeader = shards[0].header
        self._tensors = [info for shard in shards for info in shard.header.tensors]
        self._threads, self.engine = threads, engine
        self.remarks: list[Sentence] = []
        wanted = context_tokens or DEFAULT_CONTEXT_TOKENS
        plan = room.plans.find(model, wanted, USUAL_ENGINE) if room.plans is not None else None
        if plan is None:
            path_ = str(model.path.absolute())
            plan = engine.call(Predict(engine.next_id(), path_, wanted, threads), Predicted)
            if room.plans is not None:
                room.plans.keep(model, wanted, USUAL_ENGINE, plan)
        self.context_tokens = plan.context_tokens
        self._needs = needs_of(model, plan)
        self.source_bytes = self._needs.total_bytes

    # --- what a version would be --------------------------------------------------------------

    def at_level(self, level: Level, dropped: int = 0) -> list[TensorInfo]:
        """The tensors of a version at a level, without so many layers."""
        model, layers = self.model, self._first_to_go(dropped)
        command = Quantize(
            self.engine.next_id(),
            str(model.path.resolve()),
            str(model.path.resolve().with_name(_NOWHERE)),
            level.ftype,
            self._threads,
            drop_layers=list(layers),
            requantizes=not is_full(model),
        )
        return turned(self._without(layers), plan_of(self.engine, command))

    def as_they_are(self, dropped: int) -> list[TensorInfo]:
        """The tensors of a version that only lacks layers."""
        return self._without(self._first_to_go(dropped))

    def needed(self, tensors: Sequence[TensorInfo], dropped: int = 0) -> int:
        """Memory that a version of these tensors needs."""
        stays = self.model.block_count - dropped
        return sum(info.n_bytes for info in tensors) + self.beside_bytes(stays)

    def beside_bytes(self, layers: int) -> int:
        """What an engine needs beside the weights, with so many layers."""
        needs, model = self._needs, self.model
        caches = sorted(
            model.attention.layers, key=lambda each: -(each.key_width + each.value_width)
        )
        kept = replace(model, attention=replace(model.attention, layers=tuple(caches[:layers])))
        saved = kv_cache_bytes(model, self.context_tokens) - kv_cache_bytes(
            kept, self.context_tokens
        )
        return needs.total_bytes - needs.weights_bytes - saved

    def _first_to_go(self, dropped: int) -> tuple[int, ...]:
        """The smallest layers: whichever go, the version is no larger than is told here."""
        sizes = dict.fromkeys(range(self.model.block_count), 0)
        for info in self._tensors:
            parts = info.name.split(".", 2)
            if parts[0] == "blk" and parts[1].isdigit() and int(parts[1]) in sizes:
                sizes[int(parts[1])] += info.n_bytes
        order = sorted(sizes, key=lambda number: (sizes[number], -number))
        return tuple(sorted(order[:dropped]))

    def _without(self, layers: Sequence[int]) -> list[TensorInfo]:
        names = ((info, new_name(info.name, layers)) for info in self._tensors)
        return [replace(info, name=name) for info, name in names if name is not None]

    def _planned(
        self, way: Way, title: str, how: Sentence, recipe: Recipe, tensors: Sequence[TensorInfo],
        dropped: int = 0, level: Level | None = None, *, is_usual: bool = True,
    ) -> Planned:  # fmt: skip
        recipe = replace(recipe, requantizes=not (is_full(self.model) or recipe.copies))
        turning = level or level_by_name("F16")
        weights = sum(info.n_elements for info in tensors)
        return Planned(
            way, title, how, self.model.path, recipe,
            file_bytes(self.model, tensors),
            self.needed(tensors, dropped),
            making_seconds(turning, weights, self._threads),
            is_usual,
        )  # fmt: skip

    def _chosen(
        self, way: Way, title: str, how: Sentence, near: Sequence[TensorInfo], level: Level,
        memory_bytes: int, dropped: int = 0,
    ) -> Planned:  # fmt: skip
        """A version whose types fill what the memory leaves for weights."""
        header = max(0, self.model.file_bytes - self.model.tensor_bytes)
        stays = self.model.block_count - dropped
        target = memory_bytes - self.beside_bytes(stays) + header
        recipe = Recipe(target_bytes=target, drop_layers=dropped or ())
        found = self._planned(way, title, how, recipe, near, dropped, level)
        return replace(found, file_bytes=target, needed_bytes=memory_bytes)

    # --- the ways -----------------------------------------------------------------------------

    def quantized(self, memory_bytes: int) -> Iterator[Planned]:
        """The least shrunken usual level that fits, and types chosen for the same memory."""
        tensors: list[TensorInfo] = []
        for level in sorted(_USUAL_LEVELS, key=lambda each: -each.nominal_bits):
            tensors = self.at_level(level)
            if self.needed(tensors) > memory_bytes:
                continue
            how = say("shrink.way_how_level", level=level.name)
            recipe = Recipe(level)
            yield self._planned(Way.QUANTIZED, level.name, how, recipe, tensors, level=level)
            title, how = "chosen", say("shrink.way_how_chosen")
            yield self._chosen(Way.CHOSEN, title, how, tensors, level, memory_bytes)
            return
        needed = size(self.needed(tensors))
        name, last = self.model.path.name, min(_USUAL_LEVELS, key=lambda each: each.nominal_bits)
        self.remarks.append(say("shrink.ways_no_level", name=name, level=last.name, needed=needed))

    def pruned(self, memory_bytes: int) -> Iterator[Planned]:
        """Fewer layers as they are, fewer layers in more bits, and half as few in between."""
        layers = self.model.block_count
        try:
            check_droppable(self._header, 1, self.model.path.name)
        except PersonError as error:
            self.remarks.append(say("shrink.ways_no_layers", reason=error.said))
            return
        alone = self._fewest(memory_bytes, self.as_they_are)
        if alone is None:
            said = say("shrink.ways_too_few_layers", memory=size(memory_bytes))
            self.remarks.append(said)
        else:
            count, tensors = alone
            how = say("shrink.way_how_layers", n=count, layers=layers)
            title = _without_words(count)
            recipe = Recipe(drop_layers=count)
            yield self._planned(Way.PRUNED, title, how, recipe, tensors, count)
        both = Way.PRUNED_QUANTIZED
        for place, level in enumerate(_BESIDE_PRUNING):
            found = self._fewest(memory_bytes, lambda n, level=level: self.at_level(level, n))
            if found is None or not found[0]:
                continue
            count, tensors = found
            how = say("shrink.way_how_layers_level", n=count, layers=layers, level=level.name)
            title = f"{level.name}-{_without_words(count)}"
            recipe = Recipe(level, drop_layers=count)
            yield self._planned(
                both, title, how, recipe, tensors, count, level, is_usual=place == 0
            )
            if place == 0 and is_full(self.model) and why_not(self.model) is None:
                how = say("shrink.way_how_healed", n=count, layers=layers, level=level.name)
                recipe = replace(recipe, healing=Healing(minutes=_LEARNING_MINUTES))
                found_again = self._planned(
                    Way.HEALED, f"{title}-healed", how, recipe, tensors, count, level,
                    is_usual=False,
                )  # fmt: skip
                seconds = found_again.seconds + 60 * _LEARNING_MINUTES
                yield replace(found_again, seconds=seconds)
            half = round(count / 2)
            if place == 0 and 0 < half < count:
                how = say("shrink.way_how_layers_chosen", n=half, layers=layers)
                title = f"chosen-{_without_words(half)}"
                near = self.at_level(_BESIDE_PRUNING[-1], half)
                yield self._chosen(both, title, how, near, _BESIDE_PRUNING[-1], memory_bytes, half)

    def _fewest(
        self, memory_bytes: int, tensors_of: Callable[[int], list[TensorInfo]]
    ) -> tuple[int, list[TensorInfo]] | None:
        """How few layers have to go, and what stays; None where one would have to be left out."""
        low, high = 0, self.model.block_count - 1
        if self.needed(tensors_of(high), high) > memory_bytes:
            return None
        while low < high:
            middle = (low + high) // 2
            if self.needed(tensors_of(middle), middle) <= memory_bytes:
                high = middle
            else:
                low = middle + 1
        return low, tensors_of(low)


def _without_words(layers: int) -> str:
    return f"without-{layers}-layer{'s' if layers != 1 else ''}"


def _others(
    model: ModelFile, memory_bytes: int, library: Iterable[LibraryModel], threads: int,
    room: EngineRoom, planner: _Planner,
) -> list[Planned]:  # fmt: skip
    """Smaller models on this PC that need as much, as they are or at a level of theirs."""
    context = planner.context_tokens
    found: dict[tuple[str, str], tuple[float, Planned]] = {}
    for each in library:
        other = each.model
        if other is None or not each.is_language_model or other.pruned:
            continue
        if other.parameters >= model.parameters or other.path == model.path:
            continue
        needed = estimated_needs(other, context).total_bytes
        planned = None
        if abs(needed - memory_bytes) <= ABOUT_EQUAL * memory_bytes:
            how = say("shrink.way_how_there", name=each.name, level=each.label)
            planned = Planned(
                Way.OTHER, each.name, how, each.path, None, each.file_bytes, needed, 0.0,
                is_usual=False,
            )  # fmt: skip
        elif needed > memory_bytes and is_full(other):
            with contextlib.suppress(PersonError):
                planned = _quantized_other(each, memory_bytes, context, threads, room, planner)
        if planned is not None:
            key = (each.family_words, planned.title)
            found.setdefault(key, (-float(other.parameters), planned))
    best = sorted(found.values(), key=lambda pair: pair[0])
    return [planned for _, planned in best[:_MOST_OTHERS]]


def _quantized_other(
    each: LibraryModel, memory_bytes: int, context: int, threads: int, room: EngineRoom,
    beside: _Planner,
) -> Planned | None:  # fmt: skip
    """Another model at the least shrunken level of its own that fits, if that is about equal."""
    planner = _Planner(each.path, context, threads, room, beside.engine)
    for planned in planner.quantized(memory_bytes):
        if memory_bytes - planned.needed_bytes > ABOUT_EQUAL * memory_bytes:
            return None
        how = say("shrink.way_how_other", name=each.name, level=planned.title)
        return replace(planned, way=Way.OTHER, how=how, is_usual=False)
    return None
