"""``search``: find GGUF repositories on the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.arguments import Commands, positive
from app.cli.words.hub import add_endpoint, opened_hub
from app.core.models.kinds import ModelKind
from app.core.words import figures
from app.hub.catalogue import SearchQuery, SearchSort

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.hub.repositories import FoundRepository
    from app.store.paths import Paths

_SORTS = {
    "trending": SearchSort.TRENDING,
    "downloads": SearchSort.DOWNLOADS,
    "likes": SearchSort.LIKES,
    "newest": SearchSort.NEWEST,
}
_MOST = 1000


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "search",
        parents=[common],
        help="find GGUF models on the Hub",
        description="Find repositories with GGUF model files on the Hub.",
    )
    parser.add_argument("words", metavar="WORDS", nargs="+", help="what to look for")
    parser.add_argument("--author", default="", metavar="NAME", help="person or organization")
    parser.add_argument(
        "--sort", choices=tuple(_SORTS), default="trending", help="default: trending"
    )
    parser.add_argument(
        "--limit",
        type=lambda word: positive(word, _MOST),
        default=20,
        metavar="N",
        help="no more results than these (default: 20)",
    )
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    query = SearchQuery(
        words=" ".join(arguments.words), author=arguments.author, sort=_SORTS[arguments.sort]
    )
    with opened_hub(arguments, console, paths) as hub:
        found = hub.catalogue.search_all(query, arguments.limit)
    if arguments.json:
        console.json({"results": [_plain(repository) for repository in found]})
    elif found:
        _show(found, console)
    else:
        console.text("Nothing was found.")
    return 0


def _plain(repository: FoundRepository) -> dict[str, object]:
    changed = repository.last_modified
    return {
        "repo": repository.repo_id,
        "downloads": repository.downloads,
        "likes": repository.likes,
        "parameters": repository.parameters,
        "architecture": repository.architecture,
        "kind": _kind(repository) or "model",
        "context_tokens": repository.context_tokens,
        "licence": repository.licence,
        "gated": repository.gated,
        "made_from": list(repository.made_from),
        "last_modified": None if changed is None else changed.isoformat(),
    }


def _show(found: list[FoundRepository], console: Console) -> None:
    console.table(
        ("repository", "parameters", "architecture", "context", "downloads", "likes", "licence"),
        [
            (
                repository.repo_id,
                figures.parameters(repository.parameters),
                ", ".join(filter(None, (repository.architecture, _kind(repository)))) or "–",
                figures.context(repository.context_tokens),
                figures.number(repository.downloads),
                figures.number(repository.likes),
                (repository.licence or "–") + (", gated" if repository.gated else ""),
            )
            for repository in found
        ],
        left=("repository", "architecture", "licence"),
        spare=("licence", "likes", "context", "architecture"),
    )


def _kind(repository: FoundRepository) -> str:
    """What it holds where that is no language model; else empty."""
    kind = repository.kind
    return "" if kind is ModelKind.LANGUAGE_MODEL else kind.value
