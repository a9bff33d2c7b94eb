"""How what a version loses was taken: on a text, at questions, in votes; and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.statistics.looks import StoppedBy
from app.lab.ladder.quality import longest_of
from app.ui.kit.words.format import count, divergence, number, percent, points
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.words import lines, points_range, range_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.ladder.results import QualityStep
    from app.core.ladder.row import Row
    from app.core.statistics.anytime import WinRate
    from app.lab.verdict.view import LadderView


def how_divergent(view: LadderView, row: Row) -> str:
    """Of the KL divergence."""
    quality = row.quality
    if quality is None:
        return ""
    figures = quality.figures
    taken = translate("LadderHow", "Over {n} positions in {chunks} chunks of text.").format(
        n=_whole_count(figures, "positions"), chunks=_whole_count(figures, "chunks")
    )
    if row.is_reference:
        return lines(
            translate(
                "LadderHow",
                "The noise floor: the original against itself, read in slices and written token by"
                " token, the two ways in which an answer comes about.",
            ),
            translate("LadderHow", "It finds the same next word in {share} of positions.").format(
                share=percent(figures.get("same_top"), 1)
            ),
            taken,
        )
    return lines(
        translate(
            "LadderHow", "Drift from {name}: mean KL divergence in nats, 95 % interval over chunks."
        ).format(name=view.reference.name),
        taken,
        _longest(quality),
        translate(
            "LadderHow", "Median {median}, 90 % below {p90}, 99 % below {p99}, greatest {most}."
        ).format(
            median=divergence(figures.get("median_kld")).value,
            p90=divergence(figures.get("kld_p90")).value,
            p99=divergence(figures.get("kld_p99")).value,
            most=divergence(figures.get("max_kld")).value,
        ),
        _why_it_stopped(quality),
        at_floor_words() if row.at_floor else "",
        told(quality.error),
    )


def _why_it_stopped(quality: QualityStep) -> str:
    match quality.stopped_by:
        case StoppedBy.PRECISE.value:
            return translate("LadderHow", "It stopped because the interval was narrow enough.")
        case StoppedBy.LAST_LOOK.value:
            return translate("LadderHow", "It stopped at the last look.")
        case StoppedBy.TIME.value:
            return translate("LadderHow", "It stopped because the time was up.")
        case StoppedBy.TEXT_END.value:
            return translate("LadderHow", "It stopped at the end of the text.")
        case _:
            return ""


def at_floor_words() -> str:
    """Of a version whose difference is as small as what rounding makes of the reference."""
    return translate(
        "LadderHow", "It is no further from the original than the original from itself."
    )


def _longest(quality: QualityStep) -> str:
    """What is known from more text than all versions have read."""
    figures = longest_of(quality)
    if figures is None or figures.get("mean_kld") is None:
        return ""
    low, high = figures.get("mean_kld_low"), figures.get("mean_kld_high")
    ends = range_words(divergence(low).value, divergence(high).value) if low and high else ""
    return translate(
        "LadderHow", "All versions have read these; over all {chunks} that this one has: {mean}"
    ).format(
        chunks=_whole_count(figures, "chunks"),
        mean=f"{divergence(figures.get('mean_kld')).value}{', ' if ends else ''}{ends}.",
    )


def how_same(row: Row) -> str:
    """Of the other figures of quality."""
    quality = row.quality
    if quality is None:
        return ""
    figures = quality.figures
    ppl, base = figures.get("ppl"), figures.get("reference_ppl")
    perplexities = ""
    if ppl is not None and base is not None:
        perplexities = translate("LadderHow", "Perplexity {own}, of the original {base}.").format(
            own=number(ppl, 2), base=number(base, 2)
        )
    return lines(
        translate(
            "LadderHow", "Over {n} positions in {chunks} chunks; 95 % interval over chunks."
        ).format(n=_whole_count(figures, "positions"), chunks=_whole_count(figures, "chunks")),
        perplexities,
        at_floor_words() if row.at_floor else "",
        told(quality.error),
    )


def how_along(row: Row) -> str:
    """Of the same words in greedy answers."""
    found = row.along
    if found is None:
        return ""
    return translate(
        "LadderHow",
        "Both answered {n} prompts greedily. Of {looked} words up to the first that differs in each"
        " answer, {same} are the same; {parted} answers differ.",
    ).format(
        n=count(len(found.partings)),
        looked=count(found.looked_tokens),
        same=count(found.same_tokens),
        parted=count(found.parted),
    )


def how_told(row: Row) -> str:
    """Of what is known by the likeliest tokens alone."""
    step = row.told
    if step is None:
        return ""
    taken = translate(
        "LadderHow",
        "Over {n} positions in {chunks} pieces of text, by the {k} likeliest tokens that the engine"
        " tells at each; all others count as one.",
    ).format(
        n=_whole_count(step.figures, "positions"),
        chunks=_whole_count(step.figures, "chunks"),
        k=count(step.likeliest or 0),
    )
    again = translate("LadderHow", "The original read the same pieces again: what it swings by.")
    return lines(again if row.is_reference else "", taken, told(step.refused), told(step.error))


def how_asked(view: LadderView, row: Row) -> str:
    """Of right answers."""
    kinds = [kind for kind in row.kinds if kind.counts.total]
    said = [
        translate("LadderHow", "The same questions, each from an empty context, at temperature 0."),
        translate("LadderHow", "Kinds: {kinds}.").format(
            kinds=", ".join(told(kind.kind) for kind in kinds)
        ),
    ]
    cut = sum(kind.out_of_tokens for kind in kinds)
    if cut:
        said.append(
            translate("LadderHow", "{n} ran out of tokens, which is no right answer.").format(
                n=count(cut)
            )
        )
    empty = sum(kind.empty for kind in kinds)
    if empty:
        said.append(
            translate("LadderHow", "{n} are empty, which is no right answer.").format(
                n=count(empty)
            )
        )
    summary = row.summary
    if summary is not None and summary.difference is not None:
        said.append(
            translate(
                "LadderHow",
                "Against {name}: {lost} lost, {gained} gained; {points} in 100, {range}"
                " (Newcombe’s paired interval, 95 %).",
            ).format(
                name=view.reference.name,
                lost=count(summary.counts.lost),
                gained=count(summary.counts.gained),
                points=points(summary.counts.difference).value,
                range=points_range(summary.difference.low, summary.difference.high),
            )
        )
    return lines(*said)


def how_voted(votes: WinRate) -> str:
    """Of blind votes."""
    ends = range_words(percent(votes.interval.low), percent(votes.interval.high))
    return lines(
        translate(
            "LadderHow", "Preferred to the original {wins} times, the original {losses} times."
        ).format(wins=count(votes.wins), losses=count(votes.losses)),
        translate("LadderHow", "Rate {ends}; this interval holds whenever one looks.").format(
            ends=ends
        ),
    )


def state_help(row: Row) -> str:
    """Of a verdict."""
    judgement = row.judgement
    if judgement is None:
        return ""
    hint = (
        translate("LadderHow", "A hint: fewer than 200 questions stand behind it.")
        if judgement.hint
        else ""
    )
    return lines(told(row.sentence), hint)


def _whole_count(figures: Mapping[str, float | None], name: str) -> str:
    value = figures.get(name)
    return count(None if value is None else round(value))
