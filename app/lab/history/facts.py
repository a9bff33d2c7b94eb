"""What an entry is about, and its words, read out of its own rows."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.notation import words_of
from app.core.history.entry import EntryFacts, EntryKind, Measured
from app.core.tasks.scoring import Outcome
from app.lab.batch.kept import batch_of
from app.lab.engines.circumstances import circumstances_of
from app.lab.history.basis import bases_of
from app.lab.ladder.kept import NAME, about_of, plan_of, restored
from app.lab.speed.kept import bench_of
from app.store.chats import ChatStore
from app.store.database import StoreFailed
from app.store.history.index import MOST_CHARACTERS
from app.store.history.measured import MeasuredStore
from app.store.ladders import LadderStore
from app.store.tolerant import NotReadable
from app.store.votes import VoteStore

if TYPE_CHECKING:
    import sqlite3

    from app.core.candidates.candidate import Candidate
    from app.core.history.entry import Basis
    from app.core.ladder.row import Row
    from app.lab.speed.kept import KeptTest

log = logging.getLogger(__name__)

_TITLE_CHARACTERS = 200

Read = tuple[EntryFacts, str]
"""What an entry is about, and all its words."""


def read_entry(connection: sqlite3.Connection, kind: EntryKind, number: int) -> Read:
    """Read one entry; what cannot be read is about nothing. Takes a millisecond, or many turns.

    Raises:
        StoreFailed: The store cannot be read at all, or it is gone.
    """
    try:
        facts, text = _READERS[kind](connection, number)
    except (KeyError, NotReadable) as error:
        log.info("%s %d of the history cannot be read: %r", kind, number, error)
        return EntryFacts(), ""
    unsearched = max(0, len(text) - MOST_CHARACTERS)
    return (replace(facts, unsearched=unsearched) if unsearched else facts), text


def called(candidate: Candidate) -> str:
    """A candidate without folders, with what is set."""
    server = candidate.server
    if server is not None:
        return f"{server.model} · {server.host}"
    return words_of(candidate, candidate.name.removesuffix(".gguf"))


def _chat(connection: sqlite3.Connection, number: int) -> Read:
    try:
        chat = ChatStore(connection).load(number)
    except StoreFailed as error:
        if error.__cause__ is None:  # it went a moment ago
            return EntryFacts(), ""
        raise
    names = [called(pane.candidate) for pane in chat.panes]
    answers = [answer.text for turn in chat.turns for answer in turn.answers.values()]
    prompts = [turn.prompt for turn in chat.turns]
    facts = EntryFacts(
        chat.title,
        tuple(
            Measured(pane.candidate.key(), name)
            for pane, name in zip(chat.panes, names, strict=True)
        ),
        len(chat.turns),
    )
    return facts, _joined([chat.title], prompts, answers, [chat.system_prompt], names)


def _ladder(connection: sqlite3.Connection, number: int) -> Read:
    stored = LadderStore(connection).load(number)
    kept = plan_of(stored)
    if kept is None:
        return EntryFacts(), ""
    result, about = restored(stored, kept), about_of(stored)
    name = stored.steps[NAME].result if NAME in stored.steps else ""
    taken, bases = result.taken, bases_of(result, about)
    facts = EntryFacts(
        name,
        tuple(_of_row(row, bases[key]) for key, row in result.rows.items()),
        len(result.rows),
        "" if stored.finished_ns is not None else "unfinished",
        circumstances_of(taken.program, result.engine, taken.machine),
    )
    questions = [item.prompt for item in about.items] if about is not None else []
    wrong = [text for row in result.rows.values() if row.tasks for text in row.tasks.wrong.values()]
    names = [each.name for each in facts.candidates]
    return facts, _joined([name], names, [kept.plan.text_name], questions, wrong)


def _of_row(row: Row, basis: Basis) -> Measured:
    pp, tg = row.test("pp"), row.test("tg")
    tests = [f"{test.test} @{test.depth}" for test in (pp, tg) if test is not None]
    outcomes = list(row.tasks.outcomes.values()) if row.tasks is not None else []
    quality = row.quality.figures if row.quality is not None else {}
    divergence = quality.get("mean_kld")
    calm = [not test.beside_others for test in (pp, tg) if test is not None]
    return Measured(
        row.key,
        called(row.candidate),
        pp.mean if pp is not None else None,
        tg.mean if tg is not None else None,
        tg.stddev if tg is not None else None,
        " ".join(tests),
        tg.threads if tg is not None else None,
        row.needed_bytes if not row.is_predicted else None,
        None if divergence is None else float(divergence),
        outcomes.count(Outcome.CORRECT.value) / len(outcomes) if outcomes else None,
        all(calm) if calm else None,
        tg.joules_per_token if tg is not None else None,
        tg.energy_of if tg is not None else (),
        basis,
    )


def _bench(connection: sqlite3.Connection, number: int) -> Read:
    kept = bench_of(MeasuredStore(connection).bench(number).result)
    candidates = tuple(
        _of_tests(candidate, [row for row in kept.rows if row.candidate == candidate])
        for candidate in kept.candidates
    )
    facts = EntryFacts("", candidates, len(kept.rows), "", kept.circumstances)
    return facts, _joined([each.name for each in candidates], [row.test for row in kept.rows])


def _of_tests(candidate: Candidate, rows: Sequence[KeptTest]) -> Measured:
    pp = next((row for row in rows if row.test.startswith("pp")), None)
    tg = next((row for row in rows if row.test.startswith("tg")), None)
    return Measured(
        candidate.key(),
        called(candidate),
        pp.mean if pp is not None else None,
        tg.mean if tg is not None else None,
        tg.stddev if tg is not None else None,
        " ".join(f"{row.test} @{row.depth}" for row in rows),
        rows[0].threads,
        calm=all(row.calm for row in rows),
        joules_per_token=tg.joules_per_token if tg is not None else None,
        energy_of=tg.energy_of if tg is not None else (),
    )


def _batch(connection: sqlite3.Connection, number: int) -> Read:
    stored = MeasuredStore(connection).batch(number)
    kept, result, circumstances = batch_of(stored)
    names = [called(candidate) for candidate in kept.candidates]
    first = kept.prompts[0].prompt if kept.prompts else ""
    facts = EntryFacts(
        PurePath(kept.name).name or _first_line(first),
        tuple(
            Measured(each.key(), name) for each, name in zip(kept.candidates, names, strict=True)
        ),
        len(kept.prompts),
        "" if stored.finished_ns is not None else "unfinished",
        circumstances,
    )
    prompts = [prompt.prompt for prompt in kept.prompts]
    answers = [answer.text for each in result.answers.values() for answer in each]
    return facts, _joined([kept.name], prompts, answers, [kept.system], names)


def _vote(connection: sqlite3.Connection, number: int) -> Read:
    pair = VoteStore(connection).of_vote(number)
    both = (pair.candidate, pair.reference)
    names = [called(voted.candidate) for voted in both]
    outcome = pair.outcome
    facts = EntryFacts(
        _first_line(pair.prompt),
        tuple(Measured(voted.key, name) for voted, name in zip(both, names, strict=True)),
        2,
        "" if outcome is None else outcome.value,
        circumstances_of(None, pair.engine, None),
    )
    answers = [
        answer.text
        for answer in (pair.candidate_answer, pair.reference_answer)
        if answer is not None
    ]
    return facts, _joined([pair.prompt], answers, names)


def _first_line(text: str) -> str:
    return " ".join(text[: 4 * _TITLE_CHARACTERS].split())[:_TITLE_CHARACTERS]


def _joined(*texts: Iterable[str]) -> str:
    return "\n".join(text for each in texts for text in each if text)


_READERS = {
    EntryKind.CHAT: _chat,
    EntryKind.LADDER: _ladder,
    EntryKind.BENCH: _bench,
    EntryKind.BATCH: _batch,
    EntryKind.VOTE: _vote,
}
