"""``shrink``: make a smaller version by a recipe."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from app.base.rights import give_usual_rights
from app.cli.arguments import (
    CONTEXT_HELP,
    KV_HELP,
    THREADS_HELP,
    Commands,
    WrongArguments,
    level,
    positive,
    threads,
)
from app.cli.models import MODEL_HELP, model_path
from app.cli.words.texts import READ_HELP
from app.core.candidates.adapters import Adapter
from app.core.candidates.notation import check_number, parse_adapter, typed_adapter
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, KvType
from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.cutting import parse_width
from app.core.shrink.healing import (
    MOST_PARAMETERS,
    USUAL_WINDOWS,
    WINDOW_TOKENS,
    Healing,
    healing_seconds,
    parse_healing,
)
from app.core.shrink.layers import parse_layers
from app.core.shrink.mixtures import ChosenBy, relative_weights
from app.core.shrink.recipe import Done, MatrixUse, MemoryTarget, Recipe, Rule, Step, parse_rule
from app.core.shrink.sparsity import parse_sparsity
from app.core.shrink.target_words import LEAST_BITS, MOST_BITS, MOST_BYTES, parse_target
from app.core.shrink.ways import Way
from app.core.shrink.written import as_done, written
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import Sentence, say, wait
from app.lab.engines.room import EngineRoom
from app.lab.models.library import Library
from app.lab.shrink.healing import check_can_learn, learning_pace
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.matrices.texts import as_word
from app.lab.shrink.recipes import read_recipe, write_recipe
from app.lab.shrink.ways import plan_ways
from app.lab.works.making.means import means_here
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.lab.shrink.making.means import Means, ShrinkResult
    from app.store.paths import Paths

_MOST_EXPERTS = 100_000
_CHOSEN_BY = {
    ChosenBy.PROBED: "by what an error in each part does to this model",
    ChosenBy.WEIGHED: "by what errors in such parts usually do",
    ChosenBy.OWN: "as llama.cpp's own mixture, filled up to the size",
    ChosenBy.ENDS_MORE: "with the first and the last matrix kept better than usual",
    ChosenBy.ENDS_LESS: "with the first and the last matrix kept less than usual",
}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "shrink",
        parents=[common],
        help="make a smaller version: by level, importance matrix, rules or a target",
        description="Write TARGET from SOURCE with llama.cpp's own quantizer: at a level, or at "
        "the types that lose least within a size. SOURCE is best the original (F16, BF16 or F32). "
        "With --ways, tell what each way of shrinking comes to at the same need of memory: "
        "quantized, chosen by tensor, layers left out, both, a smaller model of the library; "
        "--into FOLDER makes them, ready for the command ladder.",
    )
    parser.add_argument("source", metavar="SOURCE", help=MODEL_HELP)
    parser.add_argument("target", metavar="TARGET", nargs="?", help="the file to write")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--type", type=level, metavar="LEVEL", help="e.g. Q4_K_M")
    size.add_argument(
        "--target-bytes", type=_bytes, metavar="N", help="the file has at most so many bytes"
    )
    size.add_argument(
        "--target-bits", type=_bits, metavar="B", help="the weights take at most so many bits each"
    )
    size.add_argument(
        "--target-memory",
        type=_bytes,
        metavar="N",
        help="it needs at most so many bytes of memory, with the context of --ctx",
    )
    size.add_argument(
        "--target",
        dest="target_words",
        metavar="WORDS",
        help='the same in words: "7.2 GB", "8 GB of memory at 8k context", "free memory", '
        '"4.2 bits"',
    )
    parser.add_argument(
        "--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16), help=KV_HELP
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="with a target: take the mixture of types that should lose least, without making "
        "and measuring a few to see which one does",
    )
    parser.add_argument(
        "--imatrix",
        default=str(MatrixUse.AUTO),
        metavar="auto|own|none|FILE",
        help="importance matrix: auto makes one from a bundled text where it helps (below 4 bits "
        "a weight, or with a target), own in any case, and keeps it (default: auto)",
    )
    parser.add_argument(
        "--imatrix-text",
        action="append",
        default=[],
        metavar="FILE",
        help=f"what is read for a matrix that is made: {READ_HELP}; may be given several times; "
        "stands for --imatrix own (default: bundled)",
    )
    parser.add_argument(
        "--tensor",
        type=_rule,
        action="append",
        default=[],
        metavar="PATTERN=TYPE",
        help="type of all tensors whose names the pattern is found in, e.g. ffn_down=Q6_K; the "
        "first that fits counts",
    )
    parser.add_argument(
        "--drop-layers",
        type=_layers,
        default=(),
        metavar="N|LIST",
        help="leave out N layers, those that change least of what passes through them, or those of "
        "a list counted from 0, such as 3,4 or 5,; without --type the others stay as they are",
    )
    parser.add_argument(
        "--width",
        type=_width,
        metavar="F",
        help="leave out this share of the channels inside each layer's feed-forward (0.25, say), "
        "those that add least: a smaller and faster file; SOURCE has to be an original",
    )
    parser.add_argument(
        "--experts",
        type=_experts,
        default=0,
        metavar="N",
        help="of a mixture: leave out N experts of each layer, those that work least on a text; "
        "without --type the others stay as they are, quantized or not",
    )
    parser.add_argument(
        "--sparsity",
        type=_sparsity,
        metavar="F|2:4",
        help="set this share of the weights to zero (0.5, say), or two of every four: it loses, "
        "and saves neither bytes nor time in these formats",
    )
    parser.add_argument(
        "--merge-lora",
        type=_adapter,
        action="append",
        default=[],
        metavar="PATH*S",
        help="add an adapter (LoRA) to the weights, S times as strongly as it was trained "
        "(style.gguf*0.8); several are added up; without --type the number formats stay",
    )
    parser.add_argument(
        "--heal",
        type=_healing,
        nargs="?",
        const=Healing(USUAL_WINDOWS),
        metavar="MINUTES|Nw",
        help="experimental: where something is left out, let the rest learn again from the "
        f"original, for so many minutes (10) or from so many windows of text of {WINDOW_TOKENS} "
        f"tokens (default: {USUAL_WINDOWS}w); for models of up to {MOST_PARAMETERS // 1_000_000} "
        "million weights",
    )
    parser.add_argument(
        "--heal-text", metavar="FILE", help="a text to learn from, in place of the bundled one"
    )
    parser.add_argument(
        "--requantize",
        action="store_true",
        help="take a SOURCE that is quantized already, although what it lost is lost twice",
    )
    parser.add_argument(
        "--recipe", metavar="FILE", help="make it as a recipe file says, with nothing else said"
    )
    parser.add_argument(
        "--write-recipe", metavar="FILE", help="write how it was made, for --recipe elsewhere"
    )
    ways = parser.add_argument_group("every way to the same memory")
    ways.add_argument(
        "--ways", action="store_true", help="write no TARGET; tell each way, at equal memory"
    )
    ways.add_argument(
        "--memory-bytes",
        type=_bytes,
        metavar="N",
        help="what each way may need (default: what a Q4_K_M of SOURCE needs)",
    )
    ways.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    ways.add_argument("--into", metavar="FOLDER", help="make the ways, each with its recipe")
    ways.add_argument(
        "--only",
        choices=[str(way) for way in Way],
        action="append",
        help="of the ways this one; several may be named",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    if arguments.ways:
        return _ways(arguments, console, paths)
    if not arguments.target:
        raise WrongArguments(say("shrink.say_target"))
    recipe = _recipe(arguments, EngineRoom.of_this_pc(paths))
    source = model_path(arguments.source, paths)
    kept = Path(whole_text(arguments.write_recipe)) if arguments.write_recipe else None
    if kept is not None and not kept.resolve().parent.is_dir():
        raise PersonError(say("lab.no_folder", parent=kept.resolve().parent))
    with _means(arguments, console, paths) as means:
        if recipe.healing is not None and recipe.healing.windows:
            means.on_step(Step.LEARNING, 0, 0)
            console.remark(str(_how_long(source, recipe.healing, means)))
        made = shrink(source, Path(whole_text(arguments.target)), recipe, means)
    give_usual_rights(Path(made.target))
    if kept is not None:
        again = as_done(written(recipe), made.recipe, source.name, source.stat().st_size)
        write_recipe(again, kept)
    if arguments.json:
        console.json(_document(made))
    else:
        _show(made, console)
    for remark in made.remarks:
        console.remark(str(remark))
    return 0


@contextlib.contextmanager
def _means(arguments: argparse.Namespace, console: Console, paths: Paths) -> Generator[Means]:
    with console.progress() as progress:
        task = progress.add_task("Shrinking", total=None, note="")

        def show(step: str, done: int, total: int) -> None:
            progress.update(task, description=step, completed=done, total=total)

        yield means_here(
            paths,
            EngineRoom.of_this_pc(paths),
            arguments.threads or physical_core_count(),
            show,
            lambda: Library(paths).scan().models,
        )


def _ways(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    from app.cli.words.ways import make_ways, show_ways, ways_document

    if arguments.target:
        raise WrongArguments(say("shrink.ways_have_no_target"))
    source = model_path(arguments.source, paths)
    with _means(arguments, console, paths) as means:
        plan = plan_ways(
            source,
            arguments.memory_bytes,
            arguments.ctx,
            threads=means.threads,
            room=means.room,
            library=means.library,
        )
        if arguments.only:
            plan = replace(plan, ways=tuple(w for w in plan.ways if w.way in arguments.only))
        into = Path(whole_text(arguments.into)) if arguments.into else None
        made = make_ways(plan, into, means) if into is not None else {}
    if arguments.json:
        console.json(ways_document(plan, made))
    else:
        show_ways(plan, made, console)
    return 0


def _how_long(source: Path, healing: Healing, means: Means) -> Sentence:
    """How long learning takes here; to find that out takes seconds."""
    model = open_model_file(source)
    check_can_learn(model, means.room)
    pace = learning_pace(means.threads, means.room)
    return say("shrink.learning_takes", time=wait(healing_seconds(model, healing, pace)))


def _recipe(arguments: argparse.Namespace, room: EngineRoom) -> Recipe:
    wanted = (arguments.type, arguments.target_words)
    targets = (arguments.target_bytes, arguments.target_bits, arguments.target_memory)
    changes = (
        arguments.drop_layers,
        arguments.width,
        arguments.experts,
        arguments.sparsity,
        arguments.merge_lora,
    )
    others = (*changes, arguments.heal, arguments.imatrix_text)
    if arguments.recipe:
        more = (arguments.tensor, arguments.requantize, arguments.heal_text)
        if any((*wanted, *targets, *others, *more)):
            raise WrongArguments(say("shrink.recipe_says_all"))
        return read_recipe(Path(whole_text(arguments.recipe))).recipe()
    if not any((*wanted, *targets, *changes)):
        raise WrongArguments(say("shrink.say_how_small"))
    check_number(arguments.merge_lora)
    word = whole_text(arguments.imatrix)
    uses = {str(use): use for use in MatrixUse}
    texts = [whole_text(text) for text in arguments.imatrix_text]
    use = uses.get(word) or str(Path(word).absolute())
    if texts and use is not MatrixUse.OWN:
        if use is not MatrixUse.AUTO:
            raise WrongArguments(say("shrink.texts_need_own"))
        use = MatrixUse.OWN
    healing = arguments.heal
    if arguments.heal_text:
        healing = healing or Healing(USUAL_WINDOWS)
        healing = msgspec.structs.replace(healing, text=whole_text(arguments.heal_text))
    return replace(
        _target(arguments, room),
        matrix=use,
        matrix_texts=tuple(as_word(text) for text in texts),
        rules=tuple(arguments.tensor),
        drop_layers=arguments.drop_layers,
        width=arguments.width,
        experts=arguments.experts,
        sparsity=arguments.sparsity,
        requantizes=arguments.requantize,
        merge=tuple(arguments.merge_lora),
        healing=healing,
        is_quick=arguments.quick,
    )


def _target(arguments: argparse.Namespace, room: EngineRoom) -> Recipe:
    """A recipe of how small it is to be, and nothing else."""
    kv_type = KvType(arguments.kv)
    if arguments.target_words:
        try:
            found = parse_target(whole_text(arguments.target_words), room.budget_bytes(), kv_type)
        except PersonError as error:
            raise WrongArguments(error.said) from None
        if found.target_memory is not None and arguments.ctx:
            memory = structs.replace(found.target_memory, context_tokens=arguments.ctx)
            return replace(found, target_memory=memory)
        return found
    memory = arguments.target_memory
    if memory is not None:
        memory = MemoryTarget(memory, arguments.ctx or DEFAULT_CONTEXT_TOKENS, kv_type)
    return Recipe(
        level=level_by_name(arguments.type) if arguments.type else None,
        target_bytes=arguments.target_bytes,
        target_bits=arguments.target_bits,
        target_memory=memory,
    )


def _document(made: ShrinkResult) -> dict[str, object]:
    return {
        "source": made.source,
        "target": made.target,
        "level": made.level,
        "file_bytes": made.file_bytes,
        "bits_per_weight": made.bits_per_weight,
        "zero_fraction": made.zero_fraction,
        "recipe": msgspec.to_builtins(made.recipe),
        "elapsed_ns": made.elapsed_ns,
    }


def _show(made: ShrinkResult, console: Console) -> None:
    console.text(
        f"{made.target}: {made.level}, {figures.size(made.file_bytes)}, "
        f"{made.bits_per_weight:.2f} bits a weight, in {figures.duration(made.elapsed_ns)}."
    )
    if made.recipe.merged:
        console.text(f"Merged: {', '.join(map(typed_adapter, made.recipe.merged))}.")
    if made.pruned:
        console.text(f"Pruned: {made.pruned}.")
    if made.recipe.sparsity is not None:
        console.text(
            f"{figures.share(made.zero_fraction, 1)} of all weights are zero. In these formats "
            "that saves neither bytes nor time."
        )
    types = ", ".join(f"{count} of {name}" for name, count in made.recipe.tensors.items())
    console.text(f"Tensors: {types}.")
    if made.recipe.parts:
        _show_chosen(made.recipe, console)


def _show_chosen(done: Done, console: Console) -> None:
    """Which parts got which types, and why; what else was measured."""
    console.text("")
    console.table(
        ("part", "types", "bits a weight", "size", "an error counts", "of what is lost"),
        [
            (
                part.part,
                ", ".join(f"{count} {kind}" for kind, count in part.types.items()),
                figures.number(8 * part.n_bytes / max(1, part.elements), 2),
                figures.size(part.n_bytes),
                f"{figures.significant(weight, 2)} times",
                figures.share(part.loss_share, 0),
            )
            for part, weight in zip(done.parts, relative_weights(done.parts), strict=True)
        ],
        left=("part", "types"),
    )
    if done.chosen_by is not None:
        console.text(f"Chosen {_CHOSEN_BY[done.chosen_by]}.")
    if done.tried:
        console.table(
            ("mixture", "size", "mean KL divergence"),
            [
                (_CHOSEN_BY[each.chosen_by], figures.size(each.file_bytes), f"{each.mean_kld:.5f}")
                for each in sorted(done.tried, key=lambda one: one.mean_kld)
            ],
            left=("mixture",),
        )


def _bytes(word: str) -> int:
    return positive(word, MOST_BYTES)


def _bits(word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a number") from None
    if not LEAST_BITS <= value <= MOST_BITS:
        raise argparse.ArgumentTypeError(f"{word} is not between {LEAST_BITS} and {MOST_BITS:.0f}")
    return value


def _layers(word: str) -> int | tuple[int, ...]:
    try:
        return parse_layers(word)
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None


def _sparsity(word: str) -> float | str:
    try:
        return parse_sparsity(word)
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None


def _adapter(word: str) -> Adapter:
    try:
        return parse_adapter(whole_text(word))
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None


def _healing(word: str) -> Healing:
    try:
        return parse_healing(word)
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None


def _width(word: str) -> float:
    try:
        return parse_width(word)
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None


def _experts(word: str) -> int:
    return positive(word, _MOST_EXPERTS)


def _rule(word: str) -> Rule:
    try:
        return parse_rule(word)
    except PersonError as error:
        raise argparse.ArgumentTypeError(error.sentence) from None
