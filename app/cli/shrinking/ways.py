"""``shrink --ways``: every way to one need of memory, told, and made if that is wished."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from app.base.rights import give_usual_rights
from app.core.errors import PersonError
from app.core.shrink.written import as_done, written
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import recipe_beside, write_recipe
from app.lab.works.making.orders import order_for

if TYPE_CHECKING:
    from pathlib import Path

    from app.cli.terminal.console import Console
    from app.lab.shrink.making.means import Means, ShrinkResult
    from app.lab.shrink.ways import Planned, WaysPlan


def make_ways(plan: WaysPlan, folder: Path, means: Means) -> dict[str, ShrinkResult]:
    """Make the usual ways of a plan, each with its recipe beside it; results by their titles.

    Raises:
        PersonError: One of them cannot be made; those before it stay.
    """
    if not folder.is_dir():
        raise PersonError(say("lab.no_folder", parent=folder))
    found: dict[str, ShrinkResult] = {}
    for each in plan.ways:
        if each.recipe is None or not each.is_usual:
            continue
        order = order_for(each.source, folder, each.title, each.recipe)
        target = folder / order.target
        made = shrink(each.source, target, each.recipe, means)
        give_usual_rights(target)
        source = each.source
        recipe = as_done(written(each.recipe), made.recipe, source.name, source.stat().st_size)
        write_recipe(recipe, recipe_beside(target))
        found[each.title] = made
    return found


def ways_document(plan: WaysPlan, made: dict[str, ShrinkResult]) -> dict[str, object]:
    """The plan as JSON; a way that was made has its file."""
    return {
        "source": str(plan.source),
        "source_memory_bytes": plan.source_bytes,
        "memory_bytes": plan.memory_bytes,
        "context_tokens": plan.context_tokens,
        "ways": [_way(each, made.get(each.title)) for each in plan.ways],
        "impossible": [str(remark) for remark in plan.remarks],
    }


def _way(planned: Planned, made: ShrinkResult | None) -> dict[str, object]:
    recipe = planned.recipe
    return {
        "way": str(planned.way),
        "title": planned.title,
        "how": str(planned.how),
        "source": str(planned.source),
        "recipe": None if recipe is None else msgspec.to_builtins(written(recipe)),
        "usual": planned.is_usual,
        "file_bytes": planned.file_bytes,
        "memory_needed_bytes": planned.needed_bytes,
        "seconds": planned.seconds if recipe is not None else None,
        "made": None
        if made is None
        else {
            "file": made.target,
            "level": made.level,
            "file_bytes": made.file_bytes,
            "bits_per_weight": made.bits_per_weight,
            "elapsed_ns": made.elapsed_ns,
        },
    }


def show_ways(plan: WaysPlan, made: dict[str, ShrinkResult], console: Console) -> None:
    """Say on the terminal what each way comes to, and how to go on."""
    console.text(
        f"{plan.source.name} needs {figures.size(plan.source_bytes)} with a context of "
        f"{figures.context(plan.context_tokens)}; ways to {figures.size(plan.memory_bytes)}:"
    )
    rows = [
        (
            each.way.words,
            each.title,
            figures.size(each.file_bytes),
            figures.size(each.needed_bytes),
            figures.about(max(1.0, each.seconds)) if each.recipe is not None else "there",
            each.how,
        )
        for each in plan.ways
    ]
    columns = ("way", "name", "size", "memory", "making it", "how")
    console.table(columns, rows, left=("way", "name", "how"), spare=("how", "making it"))
    for remark in plan.remarks:
        console.remark(str(remark))
    for result in made.values():
        console.name(result.target)
        for remark in result.remarks:
            console.remark(str(remark))
    if made:
        files = " ".join(shlex.quote(result.target) for result in made.values())
        source = shlex.quote(str(plan.source))
        console.name(f"shrinkscope ladder --reference {source} {files}")
