"""``votes``: what blind votes in the window say, and all of them as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.core.errors import PersonError
from app.core.text import whole_text
from app.lab.votes_export import standings, votes_csv, votes_document, votes_json
from app.store.votes import reading_votes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.cli.arguments import Commands
    from app.cli.console import Console
    from app.core.votes.pairs import VotePair
    from app.store.paths import Paths

_WRITERS = {".csv": votes_csv, ".json": votes_json}
_COLUMNS = ("candidate", "against", "better", "worse", "ties", "preferred", "95 %", "says")


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "votes",
        parents=[common],
        help="what blind votes say so far",
        description="List what the blind votes cast in the window say of each two files. The "
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
    import argparse

    path = Path(whole_text(word))
    if path.suffix.lower() not in _WRITERS:
        raise argparse.ArgumentTypeError(f"{word} ends with neither .csv nor .json")
    return path


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with reading_votes(paths.database) as store:
        pairs = [] if store is None else store.all_pairs()
    if arguments.export is not None:
        _export(pairs, arguments.export)
        console.remark(f"Written to {arguments.export}.")
    if arguments.json:
        document = votes_document(pairs)
        console.json({name: document[name] for name in ("standings", "not_voted")})
    else:
        _table(standings(pairs), console)
    return 0


def _export(pairs: Sequence[VotePair], target: Path) -> None:
    """Write the file; it appears when it is complete."""
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.write_bytes(_WRITERS[target.suffix.lower()](pairs))
        os.replace(unfinished, target)
    except OSError as error:
        raise PersonError(f"{target} cannot be written: {error.strerror or error}.") from error


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
                _percent(row["win_rate"]),
                f"{_percent(row['win_rate_low'])}–{_percent(row['win_rate_high'])}",
                _says(row),
            )
            for row in rows
        ],
        left=("candidate", "against", "says"),
    )


def _name(file: dict[str, Any]) -> str:
    return Path(str(file["file"])).name.removesuffix(".gguf")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _says(row: dict[str, Any]) -> str:
    finding, more = str(row["finding"]), row["more_pairs"]
    return f"{finding}; about {more:,} more pairs" if more else finding
