"""What stands above a ladder with servers: what is not controlled there, and what it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words.sentence import English, chained, worded
from app.lab.ladder.costs import money

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.candidates.candidate import Candidate
    from app.core.ladder.row import Row
    from app.core.servers.server import Server
    from app.lab.ladder.rows import LadderResult

    Kept = Callable[[Candidate], Server | None]


def server_remarks(result: LadderResult, names: dict[str, str], kept: Kept) -> list[str]:
    """Sentences for the person; none where all run on this PC."""
    rows = [row for row in result.rows.values() if row.is_far]
    if not rows:
        return []
    listed = chained("program.list_comma", [names[row.key] for row in rows])
    found: list[str] = [worded("verdict.server_not_controlled", names=listed)]
    for row in rows:
        found += _of_row(row, result.reference, names[row.key])
        found += _since(row, names[row.key], kept(row.candidate))
    return [*found, *_spent(rows)]


def _of_row(row: Row, reference: Row, name: str) -> list[English]:
    served = row.served
    if served is None:
        return []
    quantization = served.told.quantization
    found = [
        worded("verdict.server_told_quantization", name=name, quantization=quantization)
        if quantization
        else worded("verdict.server_quantization_unknown", name=name)
    ]
    if served.ignored:
        settings = chained("program.list_comma", served.ignored)
        found.append(worded("verdict.server_ignores", name=name, settings=settings))
    if len(row.fingerprints) > 1:
        found.append(worded("verdict.server_builds", name=name))
    theirs = _template(reference)
    if row is not reference and None not in (_template(row), theirs) and _template(row) != theirs:
        found.append(worded("verdict.server_template", name=name))
    return found


def _since(row: Row, name: str, server: Server | None) -> list[English]:
    """Whether the server lists other models by now, as it was found when it was tested last."""
    model = row.served.told.id if row.served is not None else ""
    if server is None or not server.listed or not model or model in server.choices:
        return []
    return [worded("verdict.server_lists_others", name=name, host=server.name)]


def _template(row: Row) -> str | None:
    """What tells a chat template from another, where that is known."""
    if row.served is not None:
        return row.served.told.template_digest
    return row.facts.template_sha256 if row.facts is not None else None


def _spent(rows: list[Row]) -> list[English]:
    known = [row.spent for row in rows if row.spent is not None]
    if not known:
        return []
    read, written = sum(one.read_tokens for one in known), sum(one.written_tokens for one in known)
    costs = [row.cost for row in rows if row.cost is not None]
    if not costs:
        return [worded("verdict.servers_spent", read=read, written=written)]
    cost = money(sum(costs))
    return [worded("verdict.servers_spent_cost", read=read, written=written, cost=cost)]
