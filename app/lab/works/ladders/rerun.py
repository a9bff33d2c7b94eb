"""Sets the ladder of a report up again: its files, its text and its questions as this PC has them.

A report may come from anybody. What it names is looked for, by name and content, among the files
that the person names, those of a ladder of one's own that the report is of, and the library; no
path of it is ever opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.errors import PersonError
from app.core.models.gguf_reader import quotable
from app.core.text.shared_names import file_name
from app.core.verdict import Limits
from app.core.words.sentence import say
from app.lab.ladder.plan import LadderPlan, rows_of
from app.lab.quality.kept_texts import KeptTexts
from app.lab.quality.texts import NO_TEXT, SHIPPED_TEXTS, MeasuredText, text_called, text_file
from app.lab.reports.document import items_hash
from app.lab.reports.models import ReportModels
from app.lab.tasks.sets import TaskProfile, own_set
from app.lab.works.ladders.run import LadderOrder

if TYPE_CHECKING:
    from app.lab.reports.reported import Reported
    from app.store.paths import Paths

_BUNDLED_SETS = ("", "demo", "bundled")


@dataclass(frozen=True, slots=True)
class Given:
    """What the person names for a repetition, beside the report.

    Attributes:
        models: Files that may be those of the report.
        text: What quality is to be measured on; must be the report's.
        items: A file of questions; must be the report's.
    """

    models: tuple[Path, ...] = ()
    text: MeasuredText | None = None
    items: Path | None = None


@dataclass(frozen=True, slots=True)
class Repetition:
    """A ladder to measure.

    Attributes:
        order: What to measure, taking nothing that is known already.
        keys: The report's key of each of its candidates.
    """

    order: LadderOrder
    keys: dict[str, str]


def repetition_of(report: Reported, given: Given, paths: Paths) -> Repetition:
    """What to measure to repeat a report on this PC.

    Raises:
        PersonError: A file, the text or the questions are not here with the report's content.
    """
    plan = report.arguments
    models = ReportModels(report, given.models, paths)
    here = {key: _here(plan.candidate(key), key, models) for key in rows_of(plan)}
    models.check_all_used()
    twin = models.twin
    text = _text(report, given.text, twin, paths)
    local = msgspec.structs.replace(
        plan.of(here[plan.reference], [here[key] for key in plan.candidates]),
        text_name=text.name,
        text_sha256=text.sha256 if text.parts else "",
        items_name=_items(report, given.items, twin),
        night=None,  # nothing comes from a Hub because a stranger's report says so
    )
    limits = Limits(
        report.limits.memory_bytes,
        report.limits.least_tokens_per_second,
        report.limits.tolerance or Limits().tolerance,
    )
    order = order_of_plan(local, limits, fresh=True)
    return Repetition(order, {candidate.key(): key for key, candidate in here.items()})


def order_of_plan(plan: LadderPlan, limits: Limits, *, fresh: bool = False) -> LadderOrder:
    """What to order to measure a plan of this PC once more, or the rest of it.

    Args:
        plan: What was measured.
        limits: Of the person.
        fresh: Take nothing that is known already.
    """
    return LadderOrder(
        plan.candidate(plan.reference),
        [plan.candidate(key) for key in plan.candidates],
        limits,
        plan.profile,
        plan.threads,
        None,
        None if plan.items_name in _BUNDLED_SETS else Path(plan.items_name),
        quality=bool(plan.text_name),
        fresh=fresh,
        plan=plan,
    )


def _here(candidate: Candidate, key: str, models: ReportModels) -> Candidate:
    """A report's candidate with the files as this PC has them, or on the person's own server."""
    if candidate.server is not None:
        return models.server_of(key, candidate.server)
    return msgspec.structs.replace(
        candidate,
        source=LocalFile(str(models.path_of(key))),
        adapters=tuple(
            msgspec.structs.replace(each, path=str(models.adapter_of(key, each.path)))
            for each in candidate.adapters
        ),
        draft=(draft := candidate.draft)
        and msgspec.structs.replace(draft, path=draft.path and str(models.draft_of(key, draft))),
        projector=(eyes := candidate.projector) and str(models.projector_of(key, eyes)),
    )


def _text(
    report: Reported, given: MeasuredText | None, twin: LadderPlan | None, paths: Paths
) -> MeasuredText:
    """The report's text, known by its hash."""
    name, sha256 = report.text.name or report.arguments.text_name, report.text.sha256
    if given is not None:
        if given.sha256 != sha256:
            raise PersonError(
                say("lab.not_text_report_holds_something", name=quotable(file_name(given.name)))
            )
        return given
    if not name:
        return NO_TEXT
    if sha256 is not None:
        kept = KeptTexts(paths.cache / "texts").kept(file_name(name), sha256)
        shipped = text_called(name, paths.database) if name in SHIPPED_TEXTS else None
        for text in (kept, shipped, _text_of(twin)):
            if text is not None and text.sha256 == sha256:
                return text
    raise PersonError(say("lab.text_report_not_pc_changed", name=quotable(file_name(name))))


def _text_of(twin: LadderPlan | None) -> MeasuredText | None:
    """The file that a ladder of one's own was measured on, if it can still be read."""
    if twin is None or not Path(twin.text_name).is_absolute():
        return None
    try:
        return text_file(Path(twin.text_name))
    except PersonError:
        return None


def _items(report: Reported, given: Path | None, twin: LadderPlan | None) -> str:
    """What the plan calls the report's questions: ours, or a file that holds the same ones."""
    name = report.arguments.items_name
    if given is None and name in _BUNDLED_SETS:
        return name
    own = Path(twin.items_name) if twin is not None and twin.items_name else None
    path = given or own
    if path is not None and _holds_items(path, report):
        return str(path.absolute())
    if given is not None:
        raise PersonError(say("lab.not_file_questions_report_asks", name=quotable(given.name)))
    raise PersonError(say("lab.questions_report_not_pc_changed", name=quotable(file_name(name))))


def _holds_items(path: Path, report: Reported) -> bool:
    asked = report.arguments
    taken = own_set(path).take(TaskProfile(asked.profile.value))
    taken = taken.in_turns() if asked.stops else taken
    return items_hash(taken.items) == report.items.sha256
