"""``remove``: take a downloaded model file out of the Hugging Face cache."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli.models import model_names
from app.core.models.family import ModelSource
from app.core.text.clean import whole_text
from app.core.words import figures
from app.hub.cache import HubCache
from app.hub.settings import hub_cache_folder
from app.lab.works.nights.brought import BroughtFiles

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.hub.files.removal import Removal
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "remove",
        parents=[common],
        help="remove a downloaded model file",
        description="Remove a model file (all its shards) from the Hugging Face cache. Content "
        "that other versions share stays. Files elsewhere are never removed.",
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="path of the file, its full name in the library, or ORG/REPO:LEVEL",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    names = model_names(paths)
    path = names.exact_path_of(whole_text(arguments.model), ModelSource.HUGGING_FACE)
    planned = HubCache(hub_cache_folder()).plan_removal(path)
    removal = BroughtFiles.below(paths.cache).removing(planned)
    size = figures.size(removal.freed_bytes) if removal.freed_bytes else "nothing"
    announced = f"This frees {size}: {_names(removal)}."
    if removal.elsewhere:
        stays = ", ".join(whole_text(str(path)) for path in removal.elsewhere)
        announced += f" What lies outside the cache stays: {stays}."
    asks = not (arguments.yes or arguments.json) and sys.stdin is not None and sys.stdin.isatty()
    if asks:
        console.quiet = False  # nobody can answer a question without its subject
    console.remark(announced)
    if asks and not _confirmed():
        console.remark("Nothing was removed.")
        return 1
    freed_bytes = removal.execute()
    if arguments.json:
        console.json({"freed_bytes": freed_bytes})
    else:
        console.text(f"{figures.size(freed_bytes)} freed." if freed_bytes else "Nothing was freed.")
    return 0


def _names(removal: Removal) -> str:
    return ", ".join(whole_text(path.name) for path in removal.paths)


def _confirmed() -> bool:
    """Ask; only where somebody can answer, since scripts have said what they want."""
    sys.stderr.write("Remove it for good? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
