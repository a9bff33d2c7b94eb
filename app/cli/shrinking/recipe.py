"""The recipe that ``shrink`` is asked for: its arguments, and what they come to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from app.cli.arguments import (
    KV_HELP,
    WrongArguments,
    between,
    level,
    parsed,
    positive,
)
from app.cli.words.texts import READ_HELP
from app.core.candidates.notation import check_number, parse_adapter
from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, KvType
from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.cutting import parse_width
from app.core.shrink.healing import (
    MOST_PARAMETERS,
    USUAL_WINDOWS,
    WINDOW_TOKENS,
    Healing,
    parse_healing,
)
from app.core.shrink.layers import parse_layers
from app.core.shrink.recipe import MatrixUse, MemoryTarget, Recipe, parse_rule
from app.core.shrink.sparsity import parse_sparsity
from app.core.shrink.target_words import LEAST_BITS, MOST_BITS, MOST_BYTES, parse_target
from app.core.text.clean import whole_text
from app.core.words.sentence import say
from app.lab.engines.room import EngineRoom
from app.lab.shrink.matrices.texts import as_word
from app.lab.shrink.recipes import read_recipe

if TYPE_CHECKING:
    import argparse

_MOST_EXPERTS = 100_000


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how small a version is to be, and what else is done to it."""
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--type", type=level, metavar="LEVEL", help="e.g. Q4_K_M")
    size.add_argument(
        "--target-bytes", type=size_in_bytes, metavar="N", help="the file has at most so many bytes"
    )
    size.add_argument(
        "--target-bits", type=_bits, metavar="B", help="the weights take at most so many bits each"
    )
    size.add_argument(
        "--target-memory",
        type=size_in_bytes,
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
        type=parsed(parse_rule),
        action="append",
        default=[],
        metavar="PATTERN=TYPE",
        help="type of all tensors whose names the pattern is found in, e.g. ffn_down=Q6_K; the "
        "first that fits counts",
    )
    parser.add_argument(
        "--drop-layers",
        type=parsed(parse_layers),
        default=(),
        metavar="N|LIST",
        help="leave out N layers, those that change least of what passes through them, or those of "
        "a list counted from 0, such as 3,4 or 5,; without --type the others stay as they are",
    )
    parser.add_argument(
        "--width",
        type=parsed(parse_width),
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
        type=parsed(parse_sparsity),
        metavar="F|2:4",
        help="set this share of the weights to zero (0.5, say), or two of every four: it loses, "
        "and saves neither bytes nor time in these formats",
    )
    parser.add_argument(
        "--merge-lora",
        type=parsed(lambda word: parse_adapter(whole_text(word))),
        action="append",
        default=[],
        metavar="PATH*S",
        help="add an adapter (LoRA) to the weights, S times as strongly as it was trained "
        "(style.gguf*0.8); several are added up; without --type the number formats stay",
    )
    parser.add_argument(
        "--heal",
        type=parsed(parse_healing),
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


def recipe_of(arguments: argparse.Namespace, room: EngineRoom) -> Recipe:
    """What the arguments ask for.

    Raises:
        WrongArguments: They do not do together.
        PersonError: A recipe file cannot be read.
    """
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
        healing = structs.replace(healing, text=whole_text(arguments.heal_text))
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


def size_in_bytes(word: str) -> int:
    """An argument that must be a number of bytes that a file can have."""
    return positive(word, MOST_BYTES)


def _bits(word: str) -> float:
    return between(word, LEAST_BITS, MOST_BITS)


def _experts(word: str) -> int:
    return positive(word, _MOST_EXPERTS)
