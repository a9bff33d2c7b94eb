"""``votes``: what blind votes in the window say, and all of them as a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.candidates.served import names_server
from app.core.text.clean import whole_text
from app.core.words.figures import share
from app.lab.votes.export import EXPORT_ENDINGS, standings, votes_document, write_votes
from app.store.votes import reading_votes

if TYPE_CHECKING:
    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_COLUMNS = ("candidate", "against", "better", "worse", "ties", "preferred", "95 %", "says")


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "votes",
        parents=[common],
        help="what blind votes say so far",
        description="List what the blind votes cast in the window say of each two candidates. The "
        "interval holds whenever one looks; ties are left out of it. Reads while the window is "
        "open, too.",
    )
    parser.add_argument(
        "--export",
        type=_target,
        metavar="FILE",
        help="write every vote with both answers into a .csv or .json file",
    )
    parser.set_defaults(run=run)


def _target(word: str) -> Path:
    path = Path(whole_text(word))
    if path.suffix.lower() not in EXPORT_ENDINGS:
        raise argparse.ArgumentTypeError(f"{word} ends with neither .csv nor .json")
    return path


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with reading_votes(paths.database) as store:
        pairs = [] if store is None else store.all_pairs()
    if arguments.export is not None:
        write_votes(pairs, arguments.export)
        console.remark(f"Written to {arguments.export}.")
    if arguments.json:
        document = votes_document(pairs)
        console.json({name: document[name] for name in ("standings", "not_voted")})
    else:
        _table(standings(pairs), console)
    return 0


def _table(rows: Sequence[dict[str, Any]], console: Console) -> None:
    if not rows:
        console.text("No votes yet: they are cast in the window, on its Ladder page.")
        return
    console.table(
        _COLUMNS,
        [
            (
                _name(row["candidate"]),
                _name(row["reference"]),
                f"{row['candidate_better']}",
                f"{row['reference_better']}",
                f"{row['ties'] + row['both_bad'] + row['identical']}",
                share(row["win_rate"], 0),
                f"{share(row['win_rate_low'], 0).value} to {share(row['win_rate_high'], 0)}",
                _says(row),
            )
            for row in rows
        ],
        left=("candidate", "against", "says"),
    )


def _name(voted: dict[str, Any]) -> str:
    """The file's own name, and what is set as one types it; a server's model as it is typed."""
    file = str(voted["file"])
    if names_server(file):
        return file
    return Path(file).name.removesuffix(".gguf") + str(voted["candidate"]).removeprefix(file)


def _says(row: dict[str, Any]) -> str:
    finding, more = str(row["finding"]), row["more_pairs"]
    return f"{finding}; about {more:,} more pairs" if more else finding
