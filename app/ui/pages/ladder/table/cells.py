"""What the cells of the ladder's table say: the figure, its uncertainty, how it was taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.kit.format import (
    MISSING,
    NBSP,
    bits_per_byte,
    byte_size,
    count,
    deviation,
    divergence,
    number,
    percent,
    points,
    speed,
)
from app.ui.kit.sentences import told
from app.ui.kit.text import translate
from app.ui.pages.ladder.table.columns import LadderColumn
from app.ui.pages.ladder.table.how import (
    how_asked,
    how_divergent,
    how_fast,
    how_large,
    how_much_memory,
    how_predicted,
    how_same,
    how_voted,
    state_help,
)
from app.ui.pages.ladder.words import points_range, range_words, state_words

if TYPE_CHECKING:
    from app.core.tasks.results import KindResult
    from app.lab.verdict.view import LadderView


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: The figure.
        second: Its uncertainty or what belongs to it, in the second line.
        tip: How it was taken.
        order: What it is sorted by; None goes last.
    """

    text: str = MISSING
    second: str = ""
    tip: str = ""
    order: float | str | None = None

    @property
    def whole(self) -> str:
        """Both lines in one, to be copied: programs know plain spaces best."""
        return f"{self.text} {self.second}".strip().replace(NBSP, " ")


def cells_of(view: LadderView, file: str) -> tuple[Cell, ...]:
    """A row's cells, in the order of the columns."""
    return tuple(_cell(view, file, column) for column in LadderColumn)


def _cell(view: LadderView, file: str, column: LadderColumn) -> Cell:
    match column:
        case LadderColumn.NAME:
            return _name(view, file)
        case LadderColumn.STATE:
            return _state(view, file)
        case LadderColumn.SIZE | LadderColumn.BITS:
            return _facts(view, file, column)
        case LadderColumn.NEEDED | LadderColumn.PREDICTED:
            return _memory(view, file, column)
        case LadderColumn.RIGHT | LadderColumn.DIFFERENCE:
            return _tasks(view, file, column)
        case LadderColumn.VOTES:
            return _votes(view, file)
        case LadderColumn.DIVERGENCE | LadderColumn.SAME_TOP:
            return _quality(view, file, column)
        case LadderColumn.PERPLEXITY | LadderColumn.BITS_PER_BYTE:
            return _quality(view, file, column)
        case _:
            return _speed(view, file, column)


def _name(view: LadderView, file: str) -> Cell:
    row = view.row(file)
    second = ""
    if file == view.reference:
        second = translate("LadderCells", "reference")
    if row.error:
        some = row.tasks is not None or any(one.mean for one in row.speed)
        second = (
            translate("LadderCells", "not all measured")
            if some
            else translate("LadderCells", "failed")
        )
    tip = "\n".join(part for part in (file, row.error or "") if part)
    return Cell(view.name(file), second, tip, view.letters.get(file, "?"))


def _state(view: LadderView, file: str) -> Cell:
    row, judgement = view.row(file), view.judgement(file)
    if judgement is None:
        return Cell(
            translate("LadderCells", "reference"), "", told(view.assessment.sentences[file]), "0"
        )
    if row.error and not judgement.kinds:
        return Cell(translate("LadderCells", "failed"), row.error, row.error, "9")
    if not judgement.kinds and row.tasks is None and judgement.votes_p_value is None:
        return Cell(MISSING, "", translate("LadderCells", "Nothing was asked yet."), "8")
    word, second, order = state_words(judgement)
    return Cell(word, second, state_help(view, file), order)


def _facts(view: LadderView, file: str, column: LadderColumn) -> Cell:
    facts = view.row(file).facts
    if facts is None:
        return Cell()
    tip = how_large(facts)
    if column is LadderColumn.SIZE:
        return Cell(str(byte_size(facts.file_bytes)), "", tip, float(facts.file_bytes))
    return Cell(number(facts.bits_per_weight, 2), "", tip, facts.bits_per_weight)


def _memory(view: LadderView, file: str, column: LadderColumn) -> Cell:
    memory = view.row(file).memory
    if memory is None:
        return Cell()
    needed, predicted = memory.needed_bytes, memory.predicted_bytes
    if column is LadderColumn.PREDICTED:
        off = predicted / needed - 1 if predicted is not None and needed else None
        sign = "" if off is None else ("+" if off >= 0 else "−") + percent(abs(off))
        order = None if predicted is None else float(predicted)
        return Cell(str(byte_size(predicted)), sign, how_predicted(memory), order)
    order = None if needed is None else float(needed)
    limit = view.limits.memory_bytes
    second = (
        translate("LadderCells", "over the limit")
        if needed and limit is not None and needed > limit
        else ""
    )
    return Cell(str(byte_size(needed)), second, how_much_memory(memory), order)


def _speed(view: LadderView, file: str, column: LadderColumn) -> Cell:
    row = view.row(file)
    test = "pp" if column in (LadderColumn.PROMPT, LadderColumn.PROMPT_DEEP) else "tg"
    if column in (LadderColumn.PROMPT_DEEP, LadderColumn.GENERATION_DEEP):
        deep = max((one.depth for one in row.speed), default=0)
        figures = row.test(test, deep) if deep else None
        missing = translate(
            "LadderCells",
            "This model’s context is too small for a filled one, or it was not taken.",
        )
    else:
        figures, missing = row.test(test), ""
    if figures is None:
        return Cell(tip=missing)
    tip = how_fast(view, figures)
    if column is LadderColumn.BANDWIDTH:
        share = figures.bandwidth_share
        return Cell(percent(share), "", tip, share)
    return Cell(
        speed(figures.mean).value, deviation(figures.stddev, figures.mean), tip, figures.mean
    )


def _quality(view: LadderView, file: str, column: LadderColumn) -> Cell:
    quality = view.row(file).quality
    if quality is None:
        return Cell()
    figures = quality.figures
    if file == view.reference:
        if column is LadderColumn.SAME_TOP:
            own = figures.get("same_top")
            return Cell(
                percent(own, 1),
                translate("LadderCells", "with itself"),
                how_divergent(view, file),
                own,
            )
        if column is not LadderColumn.DIVERGENCE:
            return Cell(tip=translate("LadderCells", "The others are measured against this one."))
        floor = figures.get("mean_kld")
        text = divergence(floor).value
        return Cell(text, translate("LadderCells", "noise floor"), how_divergent(view, file), floor)
    if column is LadderColumn.DIVERGENCE:
        low, high = figures.get("mean_kld_low"), figures.get("mean_kld_high")
        mean = figures.get("mean_kld")
        second = range_words(_rough(low), _rough(high)) if low and high else ""
        if view.result.is_at_floor(file):
            second = translate("LadderCells", "at the noise floor")
        return Cell(divergence(mean).value, second, how_divergent(view, file), mean)
    if column is LadderColumn.SAME_TOP:
        share = figures.get("same_top")
        low, high = figures.get("same_top_low"), figures.get("same_top_high")
        half = (high - low) / 2 if low is not None and high is not None else None
        second = "" if half is None else f"± {percent(half, 1)}"
        return Cell(percent(share, 1), second, how_same(view, file), share)
    if column is LadderColumn.BITS_PER_BYTE:
        bits = figures.get("bits_per_byte")
        return Cell(bits_per_byte(bits).value, "", how_same(view, file), bits)
    ratio, low, high = (figures.get(f"ln_ppl_ratio{end}") for end in ("", "_low", "_high"))
    half = (high - low) / 2 if low is not None and high is not None else None
    text = MISSING if ratio is None else number(ratio, 4).replace("-", "−")
    second = "" if half is None else f"± {number(half, 4)}"
    return Cell(text, second, how_same(view, file), ratio)


def _rough(nats: float) -> str:
    """An end of an interval needs no more than two digits."""
    decimals = 1 - math.floor(math.log10(nats)) if nats > 0 else 0
    return divergence(round(nats, decimals)).value


def _tasks(view: LadderView, file: str, column: LadderColumn) -> Cell:
    kinds = [kind for kind in view.kinds(file) if kind.counts.total]
    if not kinds:
        return Cell()
    tip = how_asked(view, file)
    judgement = view.judgement(file)
    summary: KindResult | None = judgement.summary if judgement is not None else None
    if column is LadderColumn.DIFFERENCE:
        if summary is None or summary.difference is None:
            return Cell(tip=tip)
        change = summary.counts.difference
        return Cell(points(change).value, points_range(summary.difference), tip, change)
    right = sum(kind.counts.both + kind.counts.gained for kind in kinds)
    total = sum(kind.counts.total for kind in kinds)
    second = f"{count(right)}/{count(total)}"
    return Cell(percent(right / total), second, tip, right / total)


def _votes(view: LadderView, file: str) -> Cell:
    votes = view.votes.get(file)
    if votes is None:
        return Cell(tip=translate("LadderCells", "Nobody has voted on it yet."))
    total = votes.wins + votes.losses
    text = f"{count(votes.wins)} : {count(votes.losses)}"
    ends = range_words(percent(votes.interval.low), percent(votes.interval.high))
    return Cell(text, ends, how_voted(votes), votes.wins / total if total else None)
