"""What a ladder's figures of its rows rest on: those that rest on something else say nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from app.core.history.entry import Basis
from app.lab.quality.plan import QualityMode

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.kept import About
    from app.lab.ladder.plan import LadderPlan
    from app.lab.ladder.rows import LadderResult

# Kept of each hash: enough to tell two measurements apart, and as much as people compare.
_DIGITS = 8


def bases_of(result: LadderResult, about: About | None) -> dict[str, Basis]:
    """By key; what an earlier version did not note is empty."""
    reference = _reference(result.reference)
    text = _text(result.plan, about)
    items = {item.key: item for item in about.items} if about is not None else {}
    hashes: dict[str, bytes] = {}

    def questions(row: Row) -> str:
        """Names those that were answered, and whether models thought before they did."""
        keys = sorted(row.tasks.outcomes) if row.tasks is not None else []
        if not keys or not items.keys() >= set(keys):
            return ""
        for key in keys:
            if key not in hashes:
                item = items[key]
                # A picture and what is read before the question do not stand in its ``repr``.
                told = repr((item, item.picture, item.text))
                hashes[key] = hashlib.sha256(told.encode("utf-8", "backslashreplace")).digest()
        return _short(b"".join(hashes[key] for key in keys), str(result.plan.thinking))

    return {
        key: Basis(
            _file(row),
            reference,
            text,
            _chunks(row),
            questions(row),
            len(row.tasks.outcomes) if row.tasks is not None else None,
            row.memory.context_tokens if row.memory is not None else None,
        )
        for key, row in result.rows.items()
    }


def _file(row: Row) -> str:
    """The beginning of its hash, as anybody can compute it; of shards and servers a hash of it."""
    if row.facts is not None:
        first, *more = row.facts.sha256
        return _short(" ".join((first, *more))) if more else first[:_DIGITS]
    digest = row.served.digest if row.served is not None else ""
    return _short(digest) if digest else ""


def _reference(row: Row) -> str:
    file, settings = _file(row), row.candidate.spoken.settings_key()
    return _short(file, settings) if file and settings else file


def _text(plan: LadderPlan, about: About | None) -> str:
    sha256 = (about.text_sha256 if about is not None else None) or plan.text_sha256
    if not sha256 or plan.quality_mode is QualityMode.QUICK:
        return sha256[:_DIGITS]
    return f"{sha256[:_DIGITS]} {plan.quality_mode.value} {plan.quality_chunk_tokens}"


def _chunks(row: Row) -> int | None:
    chunks = row.quality.figures.get("chunks") if row.quality is not None else None
    return int(chunks) if chunks else None


def _short(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part if isinstance(part, bytes) else part.encode("utf-8", "backslashreplace"))
        whole.update(b"\0")
    return whole.hexdigest()[:_DIGITS]
