"""How what a version costs was taken: its size, memory and speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.words.sentence import say
from app.ui.kit.words.format import (
    byte_rate,
    byte_size,
    count,
    duration,
    number,
    parameters,
    percent,
    speed,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.words import lines

if TYPE_CHECKING:
    from app.core.ladder.results import FileFacts, MemoryFigures, SpeedFigures
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView


def how_large(facts: FileFacts) -> str:
    """Of the file's size and bits."""
    return lines(
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
    return lines(
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
    return lines(
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
        taken = lines(
            translate("LadderHow", "Answers to questions, drafted, with {threads}.").format(
                threads=threads
            ),
            told(figures.drafted.said),
        )
    return lines(
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


def how_clocked(row: Row) -> str:
    """Of what a server's answers took."""
    clocked = row.clocked
    if clocked is None:
        return ""
    server = clocked.told_tokens_per_second
    return lines(
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
