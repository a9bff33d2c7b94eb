"""Entries as files: each kind in the forms that it has elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import write_whole
from app.base.rights import usual_rights
from app.core.chats.export import to_markdown, to_openai_json
from app.core.errors import PersonError
from app.core.history.entry import Entry, EntryKind
from app.core.memory.estimate import lasting_budget_bytes
from app.core.text.clean import json_text
from app.core.text.csv_cells import csv_cell
from app.core.verdict import default_limits
from app.core.words.sentence import say
from app.lab.batch.export import csv_text, json_lines, rows
from app.lab.batch.kept import batch_of
from app.lab.history.facts import called
from app.lab.reports.files import REPORT_ENDINGS, write_reports
from app.lab.reports.text import markdown_text
from app.lab.speed.kept import KeptBench, bench_of
from app.lab.verdict.view import view_of
from app.lab.votes.export import votes_csv, votes_json
from app.lab.works.ladders.worker import LadderWorkers
from app.library.model_files import open_model_file
from app.monitor.machine import total_memory_bytes
from app.store.chats import ChatStore
from app.store.connecting import connect
from app.store.database import said
from app.store.history.measured import MeasuredStore
from app.store.tolerant import NotReadable
from app.store.votes import VoteStore

if TYPE_CHECKING:
    import sqlite3

    from app.core.votes.pairs import VotePair
    from app.lab.verdict.view import LadderView
    from app.store.paths import Paths

ENDINGS: dict[EntryKind, tuple[str, ...]] = {
    EntryKind.CHAT: (".md", ".json"),
    EntryKind.LADDER: REPORT_ENDINGS,
    EntryKind.BENCH: (".md", ".json", ".csv"),
    EntryKind.BATCH: (".csv", ".jsonl"),
    EntryKind.VOTE: (".json", ".csv"),
}
"""The forms of each kind, by the endings of their files; the usual one first."""


def export_entry(paths: Paths, entry: Entry, target: Path) -> list[Path]:
    """Write an entry into a file, in the form that its ending says.

    Returns:
        What was written.

    Raises:
        PersonError: It cannot be read or written, or has no such form.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS[entry.kind]:
        endings = ", ".join(ENDINGS[entry.kind])
        raise PersonError(say("lab.no_such_form", name=target.name, endings=endings))
    if entry.kind is EntryKind.LADDER:
        return write_reports(_view(paths, entry.number), target)
    text = text_of(paths, entry, ending)
    try:
        with usual_rights():
            write_whole(target, text.encode("utf-8", "replace"))
    except OSError as error:
        reason = error.strerror or error
        raise PersonError(say("lab.path_cannot_be_written", path=target, reason=reason)) from error
    return [target]


def text_of(paths: Paths, entry: Entry, ending: str) -> str:
    """What stands in such a file; of a ladder as Markdown.

    Raises:
        PersonError: It cannot be read.
    """
    if entry.kind is EntryKind.LADDER:
        return markdown_text(_view(paths, entry.number))
    with _store(paths) as store:
        try:
            return _WRITERS[entry.kind](store, entry.number, ending)
        except (KeyError, NotReadable) as error:
            raise PersonError(say("lab.not_readable_entry"), repr(error)) from error


def readable(paths: Paths, entry: Entry) -> str:
    """What stands in an entry, to be read: Markdown or plain text.

    Raises:
        PersonError: It cannot be read.
    """
    if entry.kind in (EntryKind.CHAT, EntryKind.LADDER, EntryKind.BENCH):
        return text_of(paths, entry, ".md")
    with _store(paths) as store:
        try:
            if entry.kind is EntryKind.BATCH:
                return _readable_batch(store, entry.number)
            return _readable_vote(VoteStore(store).of_vote(entry.number))
        except (KeyError, NotReadable) as error:
            raise PersonError(say("lab.not_readable_entry"), repr(error)) from error


def _readable_batch(store: sqlite3.Connection, number: int) -> str:
    kept, result, _ = batch_of(MeasuredStore(store).batch(number))
    parts: list[str] = []
    for place, prompt in enumerate(kept.prompts):
        parts.append(f"## {place + 1}\n\n> {prompt.prompt}")
        for candidate, answers in result.answers.items():
            answer = answers[place] if place < len(answers) else None
            said = "" if answer is None else str(answer.error or answer.text.strip())
            parts.append(f"### {called(candidate)}\n\n{said or '–'}")
    return "\n\n".join(parts) + "\n"


def _readable_vote(pair: VotePair) -> str:
    parts = [f"> {pair.prompt}"]
    both = (pair.candidate, pair.candidate_answer), (pair.reference, pair.reference_answer)
    for voted, answer in both:
        parts.append(f"### {called(voted.candidate)}\n\n{answer.text if answer else '–'}")
    outcome = pair.outcome
    return "\n\n".join((*parts, "" if outcome is None else f"({outcome.value})")) + "\n"


def _view(paths: Paths, number: int) -> LadderView:
    workers = LadderWorkers(paths, open_model_file)
    result, about = workers.load(number)
    limits = default_limits(lasting_budget_bytes(total_memory_bytes()))
    votes = workers.votes(result)
    return view_of(result, about, limits, votes=votes, kept=workers.kept_server)


def _chat(store: sqlite3.Connection, number: int, ending: str) -> str:
    chat = ChatStore(store).load(number)
    write = to_openai_json if ending == ".json" else to_markdown
    return write(chat, lambda _key: "")


def _bench(store: sqlite3.Connection, number: int, ending: str) -> str:
    kept = bench_of(MeasuredStore(store).bench(number).result)
    if ending == ".json":
        return json_text(bench_document(kept)) + "\n"
    head = (
        "candidate",
        "level",
        "test",
        "threads",
        "depth",
        "tokens per second",
        "deviation",
        "joules a token",
        "energy of",
    )
    table = [
        (
            called(row.candidate),
            row.level or "",
            row.test,
            str(row.threads),
            str(row.depth),
            "" if row.mean is None else f"{row.mean:.2f}",
            "" if row.stddev is None else f"{row.stddev:.2f}",
            "" if row.joules_per_token is None else f"{row.joules_per_token:.4g}",
            " + ".join(row.energy_of),
        )
        for row in kept.rows
    ]
    if ending == ".csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(
            [csv_cell(cell) for cell in line] for line in (head, *table)
        )
        return out.getvalue()
    counted = sorted({each for row in kept.rows for each in row.energy_of})
    wide = len(head) - 1 if counted else len(head) - 2  # what was counted stands below, once
    lines = [head, ("---",) * len(head), *table]
    cells = (
        "| " + " | ".join(each.replace("|", "\\|") for each in line[:wide]) + " |" for line in lines
    )
    about = kept.circumstances
    told = [f"{about.program}, {about.engine}, {about.cpu}, {about.os}"]
    if counted:
        told.append(f"Energy: {' + '.join(counted)}, other programs included")
    return "\n".join((*cells, "", "\n\n".join(told), ""))


def bench_document(kept: KeptBench) -> dict[str, object]:
    """Speeds as plain data, with files by their names alone."""
    return {
        "circumstances": msgspec.to_builtins(kept.circumstances),
        "interleaved": kept.interleaved,
        "results": [
            {
                "candidate": called(row.candidate),
                "level": row.level,
                "test": row.test,
                "threads": row.threads,
                "depth": row.depth,
                "mean": row.mean,
                "stddev": row.stddev,
                "samples": list(row.samples),
                "calm": row.calm,
                "joules_per_token": row.joules_per_token,
                "energy_of": list(row.energy_of) or None,
                "error": row.error,
            }
            for row in kept.rows
        ],
        "drift": [
            {
                "candidate": called(drift.candidate),
                "test": drift.test,
                "first": drift.first,
                "repeated": drift.repeated,
            }
            for drift in kept.drift
        ],
    }


def _batch(store: sqlite3.Connection, number: int, ending: str) -> str:
    kept, result, _ = batch_of(MeasuredStore(store).batch(number))
    if ending == ".csv":
        return csv_text(kept.plan, result, called)
    return json_lines(rows(kept.plan, result, called))


def _vote(store: sqlite3.Connection, number: int, ending: str) -> str:
    write = votes_csv if ending == ".csv" else votes_json
    return write([VoteStore(store).of_vote(number)]).decode("utf-8-sig")


@contextmanager
def _store(paths: Paths) -> Generator[sqlite3.Connection]:
    with said(say("store.history_cannot_read")):
        connection = connect(paths.database, "ro", autocommit=True)
    with closing(connection):
        yield connection


_WRITERS: dict[EntryKind, Callable[[sqlite3.Connection, int, str], str]] = {
    EntryKind.CHAT: _chat,
    EntryKind.BENCH: _bench,
    EntryKind.BATCH: _batch,
    EntryKind.VOTE: _vote,
}
