"""A version's details as a page of text: tasks, missed questions, words it misjudges, figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape as html
from typing import TYPE_CHECKING

from app.core.tasks.results import UNASKED, KindResult, KindVerdict
from app.core.tasks.scoring import Outcome
from app.core.text.clean import clean_text
from app.lab.verdict.failures import failures_of
from app.ui.kit.words.format import MISSING, NBSP, count, divergence, number, percent, points
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.details.of_server import server_html
from app.ui.pages.ladder.table.how.losses import at_floor_words
from app.ui.pages.ladder.words import points_range, range_words

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.quality.apart import Parting
    from app.core.tasks.items import TaskItem
    from app.lab.verdict.view import LadderView
    from app.ui.kit.tokens import Tokens

_SHOWN_WORST = 8
_SHOWN_BEFORE = 70
_LONGEST = 400


def details_html(view: LadderView, row: Row, tokens: Tokens, *, wide: bool) -> str:
    """The page of a version.

    Args:
        view: Its ladder.
        row: The version.
        tokens: The colours of now.
        wide: There is room for two columns.
    """
    left = server_html(row) + _kinds(row, tokens) + _spread(view, row)
    right = _failures(row, view.about.items) + _continuations(view, row) + _worst(row, tokens)
    if wide and left and right:
        below = (
            "<table width='100%' cellspacing=0><tr><td valign=top width='50%'>"
            f"{left}</td><td valign=top width='50%'>{right}</td></tr></table>"
        )
    else:
        below = left + right
    return (
        f"<style>h3 {{ font-size: medium; margin-top: 12px; margin-bottom: 4px; }}"
        f"p {{ margin-top: 2px; margin-bottom: 6px; }}"
        f"td, th {{ padding: 2px 12px 2px 0; }}"
        # Figures alone: whatever stands in a cell that does not break never breaks.
        f'th, td[align="right"], td.dim {{ white-space: nowrap; }}'
        f"th {{ color: {tokens.dim}; font-weight: normal;"
        f" text-align: left; }} .dim {{ color: {tokens.dim}; }}"
        f"</style>{_head(row, tokens)}{below}"
    )


def _head(row: Row, tokens: Tokens) -> str:
    error = _text(told(row.error))
    failed = f'<p style="color: {tokens.failed}">{error}</p>' if error else ""
    return f"<p>{_text(told(row.sentence))}</p>{failed}"


def _kinds(row: Row, tokens: Tokens) -> str:
    kinds = [kind for kind in row.kinds if kind.counts.total]
    if not kinds:
        return ""
    judgement = row.judgement
    together = judgement.together if judgement is not None else None
    ordered = sorted(kinds, key=lambda kind: kind.counts.difference)
    ordered += [kind for kind in row.kinds if kind.verdict in UNASKED]
    rows = [*([together] if together is not None else []), *ordered]
    cut = any(kind.out_of_tokens for kind in kinds)
    empty = any(kind.empty for kind in kinds)
    lines = "".join(
        _kind(kind, tokens, strong=kind is together, cut=cut, empty=empty) for kind in rows
    )
    middle = (
        translate("LadderDetails", "Share")
        if row.is_reference
        else translate("LadderDetails", "In 100")
    )
    heads = [
        translate("LadderDetails", "Kind"),
        translate("LadderDetails", "Right"),
        middle,
        translate("LadderDetails", "95 % interval"),
        "",
    ]
    if empty:
        heads.insert(2, translate("LadderDetails", "Empty"))
    if cut:
        heads.insert(2, translate("LadderDetails", "Cut off"))
    head = "".join(
        f"<th{' align=right' if 0 < place < len(heads) - 2 else ''}>{text.replace(' ', NBSP)}</th>"
        for place, text in enumerate(heads)
    )
    title = translate("LadderDetails", "Right answers, kind by kind")
    return f"<h3>{title}</h3><table><tr>{head}</tr>{lines}</table>"


def _kind(kind: KindResult, tokens: Tokens, *, strong: bool, cut: bool, empty: bool) -> str:
    counts = kind.counts
    right = f"{count(counts.both + counts.gained)}/{count(counts.total)}"
    if not counts.total:
        right = MISSING
    if kind.difference is not None:
        change, ends = (
            points(counts.difference).value,
            points_range(kind.difference.low, kind.difference.high),
        )
    elif kind.accuracy is not None:  # the reference
        change = percent((counts.both + counts.gained) / counts.total)
        ends = range_words(percent(kind.accuracy.low), percent(kind.accuracy.high))
    else:
        change, ends = MISSING, ""
    word, colour = _verdict(kind, tokens)
    short = _few(kind.out_of_tokens) if cut else ""
    nothing = _few(kind.empty) if empty else ""
    name = (
        translate("LadderDetails", "all") if strong else _text(told(kind.kind)).replace(" ", NBSP)
    )
    return (
        f"<tr><td>{f'<b>{name}</b>' if strong else name}</td><td align=right>{right}</td>"
        f"{short}{nothing}"
        f"<td align=right>{change}</td><td class=dim>{ends}</td>"
        f'<td style="color: {colour}">{_text(word).replace(" ", NBSP)}</td></tr>'
    )


def _verdict(kind: KindResult, tokens: Tokens) -> tuple[str, str]:
    unable = {KindVerdict.REFERENCE_CANNOT, *UNASKED}
    if kind.difference is None and kind.verdict not in unable:
        return "", tokens.dim
    match kind.verdict:
        case KindVerdict.CANNOT_SEE:
            return translate("LadderDetails", "cannot see"), tokens.dim
        case KindVerdict.CANNOT_HOLD:
            return translate("LadderDetails", "context too small"), tokens.dim
        case KindVerdict.LOSES:
            return translate("LadderDetails", "loses"), tokens.failed
        case KindVerdict.GAINS:
            return translate("LadderDetails", "gains"), tokens.ready
        case KindVerdict.AS_GOOD:
            return translate("LadderDetails", "as good"), tokens.ready
        case KindVerdict.REFERENCE_CANNOT:
            return translate("LadderDetails", "the original cannot do this"), tokens.dim
        case KindVerdict.CANNOT_TELL:
            return translate("LadderDetails", "cannot tell yet"), tokens.dim


def _few(number_of: int) -> str:
    return f"<td align=right>{count(number_of) if number_of else ''}</td>"


def _failures(row: Row, items: Sequence[TaskItem]) -> str:
    failures = failures_of(row, items)
    if not failures:
        return ""
    title, right, here = (
        translate("LadderDetails", "Questions that only the original got right"),
        translate("LadderDetails", "right:"),
        translate("LadderDetails", "here:"),
    )
    nothing, cut_off = (
        translate("LadderDetails", "(nothing)"),
        translate("LadderDetails", "(cut off)"),
    )
    lines = "".join(
        f"<p><span class=dim>{_text(told(one.kind))}:</span> {_short(one.prompt)}<br>"
        f"<span class=dim>{right}</span> {_short(one.expected)} "
        f"<span class=dim>{here}</span> {_short(one.answer) or nothing}"
        + (f" <span class=dim>{cut_off}</span>" if one.outcome is Outcome.OUT_OF_TOKENS else "")
        + "</p>"
        for one in failures
    )
    return f"<h3>{title}</h3>{lines}"


def _continuations(view: LadderView, row: Row) -> str:
    """Where greedy answers part, beside a server or at positions of the text."""
    found = row.quality.continuations if row.quality is not None else ()
    found = row.along.partings if row.along is not None else found
    if not found:
        return ""
    reference = _text(view.reference.name)
    title, here = (
        translate("LadderDetails", "Where answers part"),
        translate("LadderDetails", "here:"),
    )
    the_same = translate("LadderDetails", "the same to the end")
    items = "".join(
        f"<p><b>{_short(one.prompt)}</b><br>"
        + (
            f"<span class=dim>{_same(one)}</span> {_short(one.before)}<br>"
            f"<span class=dim>{reference}:</span> {_short(one.reference)}<br>"
            f"<span class=dim>{here}</span> {_short(one.candidate)}</p>"
            if one.parted
            else f"<span class=dim>{the_same}</span></p>"
        )
        for one in found
    )
    return f"<h3>{title}</h3>{items}"


def _same(parting: Parting) -> str:
    return translate("LadderDetails", "the same for {n} of {all} tokens:").format(
        n=count(parting.same_tokens), all=count(parting.of_tokens)
    )


def _worst(row: Row, tokens: Tokens) -> str:
    worst = row.quality.worst[:_SHOWN_WORST] if row.quality is not None else ()
    if not worst:
        return ""
    lines = "".join(
        f"<tr><td align=right>{divergence(one.kld).value}</td>"
        f"<td align=right>{percent(one.reference_p, 2)}</td>"
        f"<td align=right>{percent(one.candidate_p, 2)}</td>"
        f"<td><span class=dim>…{_visible(one.before[-_SHOWN_BEFORE:])}</span>"
        f'<span style="background-color: {tokens.selection}; color: {tokens.selection_text}">'
        f"{_visible(one.token)}</span></td></tr>"
        for one in worst
    )
    heads = (
        translate("LadderDetails", "nats"),
        translate("LadderDetails", "original"),
        translate("LadderDetails", "here"),
        translate("LadderDetails", "text, and the token that follows"),
    )
    head = "".join(
        f"<th{' align=right' if place < 3 else ''}>{text}</th>" for place, text in enumerate(heads)
    )
    title = translate("LadderDetails", "Where it is furthest from the original")
    return f"<h3>{title}</h3><table><tr>{head}</tr>{lines}</table>"


def _spread(view: LadderView, row: Row) -> str:
    quality = row.quality
    if quality is None or quality.figures.get("mean_kld") is None:
        return ""
    figures = quality.figures
    names = (
        (translate("LadderDetails", "mean"), "mean_kld"),
        (translate("LadderDetails", "median"), "median_kld"),
        ("90 %", "kld_p90"),
        ("99 %", "kld_p99"),
        ("99.9 %", "kld_p999"),
        (translate("LadderDetails", "greatest"), "max_kld"),
    )
    heads = "".join(f"<th align=right>{words}</th>" for words, _ in names)
    cells = "".join(
        f"<td align=right>{divergence(figures.get(name)).value}</td>" for _, name in names
    )
    floor = view.reference.quality
    lowest = floor.figures.get("mean_kld") if floor is not None else None
    own = floor.figures.get("same_top") if floor is not None else None
    below = translate(
        "LadderDetails",
        "Noise floor, the original against itself: {nats}, same next word {share}.",
    ).format(nats=divergence(lowest), share=percent(own, 1))
    if row.at_floor:
        below += " " + at_floor_words()
    rms, ppl = figures.get("rms_delta_p"), figures.get("ppl")
    more: list[str] = []
    if rms is not None:
        more.append(translate("LadderDetails", "RMS Δp {share}").format(share=percent(rms, 2)))
    if ppl is not None:
        more.append(translate("LadderDetails", "perplexity {n}").format(n=number(ppl, 2)))
    title = translate("LadderDetails", "Drift over positions: KL divergence in nats")
    return (
        f"<h3>{title}</h3><table><tr>{heads}</tr><tr>{cells}</tr></table>"
        f"<p class=dim>{below if lowest is not None else ''} {', '.join(more)}</p>"
    )


def _short(text: object) -> str:
    words = str(text)
    return _visible(words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…")


def _visible(text: str) -> str:
    """Foreign text as it is, its line ends and edges made visible."""
    return _text(text).replace("\n", "⏎").replace("\t", "⇥")


def _text(foreign: str) -> str:
    """Foreign text as text of the page."""
    return html(clean_text(foreign))
