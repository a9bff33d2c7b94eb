"""A ladder's report as one HTML file that needs nothing beside it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from app.core.ladder.columns.column import Column, Place
from app.core.ladder.columns.listed import columns_at
from app.core.ladder.questions import most_asked
from app.core.quality.histogram import EDGES
from app.core.tasks.results import UNASKED, KindResult, KindVerdict
from app.core.text.clean import clean_line, clean_text
from app.core.text.each import with_each_text
from app.core.text.shared_names import file_name
from app.core.verdict import State
from app.core.words import figures
from app.core.words.sentence import worded
from app.lab.quality.texts import shared_text_name
from app.lab.reports import words
from app.lab.reports.cells import shown
from app.lab.reports.document import moment_of
from app.lab.reports.plots import histogram_bars, mark, scatters
from app.lab.reports.text import title_of
from app.lab.verdict.failures import failures_of
from app.resources import resource_path

if TYPE_CHECKING:
    import jinja2

    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

_CSS = {State.LOSES: "loses", State.AS_GOOD: "good", State.CANNOT_TELL: ""}
_TAIL = (
    ("median", "median_kld"),
    ("90 %", "kld_p90"),
    ("99 %", "kld_p99"),
    ("99.9 %", "kld_p999"),
    ("largest", "max_kld"),
)
# Names by which values refer to each other.
_REFERRING = ("file", "reference", "first", "second", "candidates")


def html_text(view: LadderView) -> str:
    """The whole page; no script, nothing fetched."""
    from markupsafe import Markup

    page = _template()
    view = with_each_text(view, clean_text, _REFERRING)
    quality = [row for row in view.rows if row.quality is not None and not row.is_reference]
    asked = [row for row in view.rows if row.kinds]
    tests = [test for row in view.rows for test in row.speed]
    columns = columns_at(Place.HTML, view.rows)
    return page.render(
        view=view,
        page=_Parts(columns),
        title=title_of(view),
        style=Markup(resource_path("report", "style.css").read_text(encoding="utf-8")),
        taken_line=_taken_line(view),
        plots=[plot._replace(svg=Markup(plot.svg)) for plot in scatters(view)],
        columns=[column for column in columns if not column.below],
        shown=shown,
        css=_CSS,
        same_text=words.same_text(view.rows),
        floor=view.floor_said,
        has_votes=any(row.votes for row in view.rows),
        asked=asked,
        has_hints=any(kind.hint for row in asked for kind in row.kinds),
        failures={row.key: failures_of(row, view.about.items) for row in view.rows},
        histograms=[row for row in quality if row.histogram],
        parted=[row for row in quality if row.quality and row.quality.continuations],
        words=words,
        figures=figures,
        threads=worded("counted.threads", n=view.plan.threads),
        in_turns=bool(tests) and all(test.in_turns for test in tests),
        text_name=shared_text_name(view.plan.text_name),
        items_name=file_name(view.plan.items_name),
        circumstances=_circumstances(view),
    )


@cache
def _template() -> jinja2.Template:
    import jinja2  # asked for late: most starts write no report

    environment = jinja2.Environment(
        autoescape=True,
        loader=jinja2.FileSystemLoader(resource_path("report")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("ladder.html")


def _taken_line(view: LadderView) -> str:
    taken, threads = view.taken, worded("counted.threads", n=view.plan.threads)
    parts: list[str] = [threads]
    if taken.machine is not None:
        memory = figures.size(taken.machine.memory_total_bytes)
        parts = [f"{taken.machine.cpu}, {threads}, {memory}"]
    if taken.when_ns is not None:
        parts.insert(0, moment_of(taken.when_ns).date().isoformat())
    return " · ".join([*parts, *([taken.program] if taken.program else [])])


class _KindCell(NamedTuple):
    text: str
    css: str | None = None
    notes: tuple[str, ...] = ()


class _Parts:
    """What the template asks for row by row."""

    def __init__(self, columns: tuple[Column, ...]) -> None:
        from markupsafe import Markup

        self._columns = columns
        self._markup = Markup

    def mark(self, row: Row) -> str:
        """A row's mark."""
        return self._markup(mark(row.number))

    def bars(self, row: Row) -> str:
        """How its divergences are spread."""
        title = f"Drift of {row.name}"
        return self._markup(histogram_bars(title, row.histogram, EDGES, row.number))

    def below(self, column: Column, row: Row) -> list[str]:
        """The figures that stand below another one, each with what it is."""
        beneath = [(one, shown(one, row)) for one in self._columns if one.below == column.key]
        return [f"{one.head} {cell.line}" for one, cell in beneath if cell.text != figures.MISSING]

    def file_name(self, row: Row) -> str:
        """A row's file without its folder, in one line."""
        return clean_line(file_name(row.file))

    most_asked = staticmethod(most_asked)

    def kind_cell(self, kind: KindResult, asked: int) -> _KindCell:
        """What a row has of a kind, of which others were asked so many questions."""
        if not kind.counts.total:
            is_told = kind.verdict in UNASKED
            return _KindCell(kind.verdict.value if is_told else figures.MISSING)
        css, word, notes = "", "", list[str]()
        if kind.difference is not None:
            low, high = kind.difference.low, kind.difference.high
            notes.append(figures.points(kind.counts.difference).value)
            notes.append(f"{figures.points(low).value} to {figures.points(high).value}")
        if kind.out_of_tokens:
            notes.append(f"{kind.out_of_tokens} out of tokens")
        if kind.empty:
            notes.append(f"{kind.empty} empty")
        match kind.verdict:
            case KindVerdict.LOSES:
                css, word = "loses", " loses"
            case KindVerdict.GAINS:
                css, word = "good", " gains"
            case KindVerdict.REFERENCE_CANNOT:
                word = " (the original cannot)"
            case _:
                pass
        of = f" of {kind.counts.total}" if kind.counts.total < asked else ""
        return _KindCell(f"{kind.counts.right}{of}{word}", css, tuple(notes))

    def tail(self, row: Row) -> str:
        """How far its divergences reach."""
        known = row.figures
        ends = ", ".join(
            f"{name} {figures.nats(known[key]).value}"
            for name, key in _TAIL
            if known.get(key) is not None
        )
        return f"{known['positions']:,} positions in {known['chunks']} chunks: {ends}"


def _circumstances(view: LadderView) -> list[tuple[str, str]]:
    """The machine, the engine and what else stands for all rows."""
    machine = view.taken.machine
    here: list[tuple[str, str]] = []
    if machine is not None:
        here = [
            ("processor", f"{machine.cpu} ({machine.physical_cores} cores)"),
            ("memory", str(figures.size(machine.memory_total_bytes))),
            ("graphics", ", ".join(gpu.name for gpu in machine.gpus) or "none used"),
            ("system", f"{machine.os}, Python {machine.python}"),
        ]
    return [
        *here,
        ("engine", str(view.engine or None)),
        ("seed", str(view.plan.seed)),
        ("taken in", str(figures.duration(view.elapsed_ns))),
    ]
