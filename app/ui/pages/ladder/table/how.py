"""How a figure was taken: the tool tips of the ladder's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.columns.column import Basis
from app.core.statistics.looks import StoppedBy
from app.core.words.sentence import say
from app.lab.ladder.quality import longest_of
from app.ui.kit.words.format import (
    byte_rate,
    byte_size,
    count,
    divergence,
    duration,
    number,
    parameters,
    percent,
    points,
    speed,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.table.energy import how_much_energy
from app.ui.pages.ladder.words import points_range, range_words

if TYPE_CHECKING:
    from app.core.ladder.results import FileFacts, MemoryFigures, QualityStep, SpeedFigures
    from app.core.ladder.row import Row
    from app.core.statistics.anytime import WinRate
    from app.lab.verdict.view import LadderView


def how_taken(view: LadderView, row: Row, basis: Basis) -> str:
    """How a figure of a row was taken; nothing where nothing is known."""
    depth = row.depth_tokens
    match basis:
        case Basis.FILE:
            return how_large(row.facts) if row.facts is not None else ""
        case Basis.MEASURED_MEMORY:
            return how_much_memory(row.memory) if row.memory is not None else ""
        case Basis.PLANNED_MEMORY:
            return how_predicted(row.memory) if row.memory is not None else ""
        case Basis.PROMPT_TEST:
            return how_fast(view, row.test("pp"))
        case Basis.GENERATION_TEST:
            return how_fast(view, row.test("tg"))
        case Basis.ENERGY:
            return how_much_energy(row.test("tg"))
        case Basis.DEEP_PROMPT_TEST:
            return how_fast(view, row.test("pp", depth) if depth else None)
        case Basis.DEEP_GENERATION_TEST:
            return how_fast(view, row.test("tg", depth) if depth else None)
        case Basis.DIVERGENCE:
            return how_divergent(view, row)
        case _:
            return _how_judged(view, row, basis)


def _how_judged(view: LadderView, row: Row, basis: Basis) -> str:
    match basis:
        case Basis.TEXT:
            return how_divergent(view, row) if row.is_reference else how_same(row)
        case Basis.QUESTIONS:
            return how_asked(view, row) if row.summary is not None else ""
        case Basis.ANSWERS:
            return how_along(row)
        case Basis.TOLD:
            return how_told(row)
        case Basis.CLOCK:
            return how_clocked(row)
        case Basis.VOTES:
            return how_voted(row.votes) if row.votes is not None else ""
        case _:
            return ""


def how_large(facts: FileFacts) -> str:
    """Of the file's size and bits."""
    return _lines(
        translate("LadderHow", "{size}, {bits} bits a weight, {n} parameters").format(
            size=byte_size(facts.file_bytes),
            bits=number(facts.bits_per_weight, 3),
            n=parameters(facts.parameters),
        ),
        translate("LadderHow", "Of these, {n} work on a token.").format(
            n=parameters(facts.active_parameters)
        )
        if facts.active_parameters != facts.parameters
        else "",
        f"sha256 {facts.sha256[0]}" if facts.sha256 else "",
    )


def how_much_memory(memory: MemoryFigures) -> str:
    """Of the measured memory."""
    return _lines(
        translate(
            "LadderHow",
            "The peak of resident memory with a context of {n} tokens, less copies of weights"
            " that llama.cpp made for speed.",
        ).format(n=count(memory.context_tokens)),
        translate("LadderHow", "Private {private}, mapped {mapped}, copies {copies}.").format(
            private=byte_size(memory.peak_private_bytes),
            mapped=byte_size(memory.peak_mapped_bytes),
            copies=byte_size(memory.repacked_bytes),
        ),
        translate("LadderHow", "Predicted: {size}.").format(size=byte_size(memory.predicted_bytes))
        if memory.predicted_bytes
        else "",
        translate("LadderHow", "Loaded in {time}.").format(time=duration(memory.load_ns))
        if memory.load_ns
        else "",
        told(memory.error),
    )


def how_predicted(memory: MemoryFigures) -> str:
    """Of the predicted memory."""
    return _lines(
        translate(
            "LadderHow",
            "llama.cpp’s own plan of the load, without loading it: weights {weights}, keys and"
            " values {kv}, work space {compute}, and what an engine takes by itself.",
        ).format(
            weights=byte_size(memory.weights_bytes),
            kv=byte_size(memory.kv_bytes),
            compute=byte_size(memory.compute_bytes),
        ),
        translate("LadderHow", "Measured: {size}.").format(size=byte_size(memory.needed_bytes)),
    )


def how_fast(view: LadderView, figures: SpeedFigures | None) -> str:
    """Of a speed."""
    if figures is None:
        return ""
    samples = ", ".join(speed(value).value for value in figures.samples)
    bandwidth = view.bandwidth
    share = ""
    if figures.bandwidth_share is not None:
        share = translate("LadderHow", "{share} of what memory could give.").format(
            share=percent(figures.bandwidth_share)
        )
        if bandwidth:
            share += " " + translate("LadderHow", "It reads {rate}.").format(
                rate=byte_rate(bandwidth)
            )
        if figures.bandwidth_busy:
            share += " " + translate(
                "LadderHow", "Other programs kept it busy when that was measured."
            )
    threads = told(say("counted.threads", n=figures.threads))
    taken = translate(
        "LadderHow", "{test} as llama-bench takes it, {depth} tokens in the context, {threads}."
    ).format(test=figures.test, depth=count(figures.depth), threads=threads)
    if figures.drafted is not None:
        taken = _lines(
            translate("LadderHow", "Answers to questions, drafted, with {threads}.").format(
                threads=threads
            ),
            told(figures.drafted.said),
        )
    return _lines(
        taken,
        translate(
            "LadderHow", "Repetitions, ± is their mean’s interval: {samples} tokens a second."
        ).format(samples=samples)
        if samples
        else "",
        translate("LadderHow", "Taken in turns with the other versions, in random order.")
        if figures.in_turns
        else translate(
            "LadderHow", "Taken by itself; the first one is measured once more at the end."
        ),
        share,
        translate("LadderHow", "Other programs kept {n} cores busy.").format(
            n=number(figures.others_cores, 1)
        )
        if figures.others_cores is not None
        else "",
        translate("LadderHow", "On battery.") if figures.power == "battery" else "",
        told(figures.error),
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
        n=count(_whole(step.figures.get("positions"))),
        chunks=count(_whole(step.figures.get("chunks"))),
        k=count(step.likeliest or 0),
    )
    again = translate("LadderHow", "The original read the same pieces again: what it swings by.")
    return _lines(again if row.is_reference else "", taken, told(step.refused), told(step.error))


def how_clocked(row: Row) -> str:
    """Of what a server's answers took."""
    clocked = row.clocked
    if clocked is None:
        return ""
    server = clocked.told_tokens_per_second
    return _lines(
        translate(
            "LadderHow",
            "By this PC’s clock over {n} answers, medians: the network, the server’s load and its"
            " queue included. It is no test of speed as those of this PC are.",
        ).format(n=count(clocked.answers)),
        translate("LadderHow", "The server itself says {rate} tokens a second.").format(
            rate=speed(server).value
        )
        if server
        else "",
    )


def how_divergent(view: LadderView, row: Row) -> str:
    """Of the KL divergence."""
    quality = row.quality
    if quality is None:
        return ""
    figures = quality.figures
    taken = translate("LadderHow", "Over {n} positions in {chunks} chunks of text.").format(
        n=count(_whole(figures.get("positions"))), chunks=count(_whole(figures.get("chunks")))
    )
    if row.is_reference:
        return _lines(
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
    return _lines(
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
        chunks=count(_whole(figures.get("chunks"))),
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
    return _lines(
        translate(
            "LadderHow", "Over {n} positions in {chunks} chunks; 95 % interval over chunks."
        ).format(
            n=count(_whole(figures.get("positions"))), chunks=count(_whole(figures.get("chunks")))
        ),
        perplexities,
        at_floor_words() if row.at_floor else "",
        told(quality.error),
    )


def how_asked(view: LadderView, row: Row) -> str:
    """Of right answers."""
    kinds = [kind for kind in row.kinds if kind.counts.total]
    lines = [
        translate("LadderHow", "The same questions, each from an empty context, at temperature 0."),
        translate("LadderHow", "Kinds: {kinds}.").format(
            kinds=", ".join(told(kind.kind) for kind in kinds)
        ),
    ]
    cut = sum(kind.out_of_tokens for kind in kinds)
    if cut:
        lines.append(
            translate("LadderHow", "{n} ran out of tokens, which is no right answer.").format(
                n=count(cut)
            )
        )
    empty = sum(kind.empty for kind in kinds)
    if empty:
        lines.append(
            translate("LadderHow", "{n} are empty, which is no right answer.").format(
                n=count(empty)
            )
        )
    summary = row.summary
    if summary is not None and summary.difference is not None:
        lines.append(
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
    return _lines(*lines)


def how_voted(votes: WinRate) -> str:
    """Of blind votes."""
    ends = range_words(percent(votes.interval.low), percent(votes.interval.high))
    return _lines(
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
    return _lines(told(row.sentence), hint)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
