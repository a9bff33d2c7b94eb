"""``rerun``: repeat the measurement of a report and print what came out differently."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.ladder import progress_shown, report, report_target
from app.cli.models import MODEL_HELP, model_names
from app.cli.words.ladder import show_ladder
from app.cli.words.texts import TEXT_HELP, text_named
from app.core.text.clean import whole_text
from app.core.words import figures
from app.lab.reports.document import ladder_document
from app.lab.reports.reported import read_report, reported
from app.lab.works.ladders.differences import Difference, differences
from app.lab.works.ladders.rerun import Given, repetition_of
from app.lab.works.ladders.run import LadderRun

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.lab.verdict.view import LadderView
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "rerun",
        parents=[common],
        help="repeat a report and show what differs",
        description="Repeat all that a ladder's JSON report says, with the same files and "
        "settings and taking nothing that is known already, and show what came out differently. "
        "Files, text and questions are those with the report's own content on this PC: in the "
        "library, in a ladder of your own, or named here. No path out of a report is opened.",
    )
    parser.add_argument("path", metavar="REPORT.json", help="a report that ladder has written")
    parser.add_argument(
        "models",
        metavar="MODEL",
        nargs="*",
        help=f"a model file of the report that is not in the library: {MODEL_HELP}",
    )
    parser.add_argument("--text", metavar="FILE", help=f"the report's text: {TEXT_HELP}")
    parser.add_argument("--items", metavar="FILE.jsonl", help="the report's file of questions")
    parser.add_argument(
        "--report", type=report_target, metavar="FILE.html", help="write the new report"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    before = read_report(Path(arguments.path))
    names = model_names(paths)
    given = Given(
        tuple(names.path_of(whole_text(word)) for word in arguments.models),
        text_named(arguments.text, paths) if arguments.text else None,
        Path(arguments.items) if arguments.items else None,
    )
    repetition = repetition_of(before, given, paths)
    measured = LadderRun(repetition.order, paths)
    with progress_shown(console) as show:
        after = measured.measure(None, show)
    document = ladder_document(after)
    found = differences(before, reported(document), repetition.keys)
    if arguments.json:
        console.json({"report": document, "differences": found})
    else:
        show_ladder(after, console)
        _show(found, after, console)
    return report(after, arguments.report, console)


def _show(found: list[Difference], view: LadderView, console: Console) -> None:
    console.text("")
    if not found:
        console.text("Nothing came out differently.")
        return
    names = {row.key: row.name for row in view.rows}
    console.table(
        ("", "figure", "before", "now", ""),
        [
            (
                names.get(one.file or "", ""),
                one.figure,
                _value(one.before),
                _value(one.after),
                "differs" if one.notable else "within chance",
            )
            for one in found
        ],
        left=("", "figure"),
    )


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 100 else figures.number(value, 1)
    if isinstance(value, tuple):
        return "otherwise"
    return "–" if value is None else str(value)
