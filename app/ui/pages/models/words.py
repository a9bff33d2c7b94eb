"""Words and figures of the Models page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.memory.fit import Verdict
from app.core.memory.speed import Basis
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.kinds import ModelKind
from app.core.words.sentence import say
from app.lab.hub.picks import Use
from app.lab.works.work import WorkState
from app.ui.kit.icons import Tone
from app.ui.kit.words.format import (
    MISSING,
    NBSP,
    about_parameters,
    byte_rate,
    byte_size,
    context_length,
    count,
    parameters,
    time_left,
)
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.hub.repositories import FoundRepository
    from app.lab.predict.fit import Fit
    from app.lab.predict.this_pc import ThisPc
    from app.ui.pages.models.downloads.queue_view import DownloadEntry

_SOURCES = {
    ModelSource.HUGGING_FACE: "Hugging Face",
    ModelSource.LM_STUDIO: "LM Studio",
    ModelSource.OLLAMA: "Ollama",
    ModelSource.LLAMA_CPP: "llama.cpp",
    ModelSource.JAN: "Jan",
}
DOT = f"{NBSP}· "
VERDICT_MARKS = {
    Verdict.FITS: ("check", Tone.READY),
    Verdict.TIGHT: ("warning", Tone.WORKING),
    Verdict.NO: ("error", Tone.FAILED),
}
VERDICTS = {
    Verdict.FITS: say("models.fits"),
    Verdict.TIGHT: say("models.tight"),
    Verdict.NO: say("models.does_not_fit"),
}


def use_word(use: Use) -> str:
    """What a model is good for, in a word or two."""
    return {
        Use.CHAT: translate("Models", "everyday chat"),
        Use.CODE: translate("Models", "programs"),
        Use.DOCUMENTS: translate("Models", "documents"),
        Use.LANGUAGES: translate("Models", "languages"),
        Use.OPEN: translate("Models", "fully open"),
        Use.REASONING: translate("Models", "reasoning"),
    }[use]


def pc_sentences(pc: ThisPc) -> tuple[str, str]:
    """What this PC is, and how large a model it takes."""
    memory = byte_size(pc.memory_bytes)
    if pc.gpus:
        gpus = ", ".join(f"{gpu.name} ({byte_size(gpu.memory_total_bytes)})" for gpu in pc.gpus)
        first = translate("Models", "This PC: {memory} of memory, {gpus}")
        first = first.format(memory=memory, gpus=gpus)
    else:
        first = translate("Models", "This PC: {memory} of memory, no GPU").format(memory=memory)
    if not pc.largest:
        return first, translate("Models", "Only the smallest models fit.")
    second = translate("Models", "Models up to about {n} fit at 4 bits.")
    parts = [second.format(n=about_parameters(pc.largest))]
    if pc.largest_on_gpu:
        onto = translate(
            "Models", "Up to about {n} fit into the GPU’s own memory and are quickest."
        )
        parts.append(onto.format(n=about_parameters(pc.largest_on_gpu)))
    elif pc.quick:
        quick = translate("Models", "Up to about {n} answer as fast as you read.")
        parts.append(quick.format(n=about_parameters(min(pc.quick, pc.largest))))
    return first, " ".join(parts)


def repository_facts(found: FoundRepository) -> str:
    """Parameters, architecture, context and licence in one line, as far as the Hub says them."""
    parts: list[str] = []
    # What keeps one out stands first: it must not be cut off.
    if found.private:
        parts.append(translate("Models", "private"))
    if found.gated:
        parts.append(translate("Models", "licence to accept"))
    if found.parameters is not None:
        parts.append(str(parameters(found.parameters)))
    if found.kind is not ModelKind.LANGUAGE_MODEL:
        parts.append(kind_word(found.kind))
    if found.architecture:
        parts.append(found.architecture)
    if found.context_tokens is not None:
        parts.append(
            translate("Models", "{n} context").format(n=context_length(found.context_tokens))
        )
    if found.licence:
        parts.append(found.licence)
    return DOT.join(parts) or translate("Models", "The Hub knows nothing more about it.")


def kind_word(kind: ModelKind) -> str:
    """What a file is, in a word or two."""
    return {
        ModelKind.LANGUAGE_MODEL: translate("Models", "language model"),
        ModelKind.CUT: translate("Models", "cut by hand, to be joined"),
        ModelKind.DRAFTER: translate("Models", "drafter"),
        ModelKind.PROJECTOR: translate("Models", "projector"),
        ModelKind.ADAPTER: translate("Models", "adapter"),
        ModelKind.CONTROL_VECTOR: translate("Models", "control vector"),
        ModelKind.EMBEDDING: translate("Models", "embedding model"),
        ModelKind.RERANKER: translate("Models", "reranking model"),
        ModelKind.ENCODER: translate("Models", "encoder"),
        ModelKind.DIFFUSION: translate("Models", "diffusion language model"),
        ModelKind.IMAGE: translate("Models", "image model"),
        ModelKind.SPEECH: translate("Models", "speech model"),
        ModelKind.VOCABULARY: translate("Models", "vocabulary"),
        ModelKind.IMPORTANCE_MATRIX: translate("Models", "importance matrix"),
        ModelKind.OTHER: translate("Models", "other file"),
    }[kind]


def popularity(found: FoundRepository) -> str:
    """Downloads and likes as a sentence, for screen readers and tool tips."""
    return translate("Models", "{downloads} downloads, {likes} likes").format(
        downloads=count(found.downloads), likes=count(found.likes)
    )


def fit_details(fit: Fit, *, speed_to_come: bool = False) -> str:
    """What a prediction is made of and rests on, a line each."""
    needs = fit.needs
    lines = [
        f"{name}: {byte_size(size)}"
        for name, size in (
            (translate("Models", "weights"), needs.weights_bytes - fit.parts_bytes),
            (translate("Models", "projector, to see pictures"), fit.parts_bytes),
            (translate("Models", "KV cache"), needs.kv_bytes),
            (translate("Models", "compute buffers"), needs.compute_bytes),
            (translate("Models", "output"), needs.output_bytes),
            (translate("Models", "engine"), needs.overhead_bytes),
        )
        if size
    ]
    lines.append(
        translate("HubFit", "for a context of {tokens} tokens, KV cache {kv}").format(
            tokens=context_length(fit.context_tokens), kv=fit.engine.kv_type.upper()
        )
    )
    if fit.gpu_layers is not None:
        lines.append(
            translate("HubFit", "{n} of {all} layers fit on the GPU").format(
                n=fit.gpu_layers, all=fit.model.block_count + 1
            )
        )
    return "\n".join([*lines, _basis(fit, speed_to_come=speed_to_come)])


def _basis(fit: Fit, *, speed_to_come: bool) -> str:
    memory = translate(
        "HubFit", "Memory: llama.cpp’s own plan of a load, and the measured needs of an engine."
    )
    if fit.speed is None and speed_to_come:
        return memory + "\n" + translate("HubFit", "Speed: this PC’s is being measured, once.")
    if fit.speed is None:
        return memory + "\n" + translate("HubFit", "Speed: could not be predicted on this PC.")
    speed = {
        Basis.BANDWIDTH: translate(
            "HubFit", "Speed: from the measured bandwidth of this PC’s memory."
        ),
        Basis.KERNELS: translate(
            "HubFit", "Speed: from the measured speed of llama.cpp’s kernels on this PC."
        ),
        Basis.OTHER_MODELS: translate(
            "HubFit",
            "Speed: from measured kernels, corrected by {n} runs of other models on this PC.",
        ),
        Basis.FAMILY: translate(
            "HubFit",
            "Speed: from measured kernels, corrected by {n} runs of this family on this PC.",
        ),
        Basis.SAME_FILE: translate(
            "HubFit", "Speed: from {n} measured runs of this very file on this PC."
        ),
        Basis.DISK: translate(
            "HubFit",
            "Speed: it does not fit in memory, so every token reads weights from disk; from the"
            " measured speed of that disk.",
        ),
        Basis.PARTLY_GPU: translate(
            "HubFit",
            "Speed: at most so much, from measured kernels for the layers that stay with the"
            " processor; what the GPU adds is not known.",
        ),
    }[fit.speed.basis]
    said = f"{memory}\n{speed.format(n=fit.speed.runs)}"
    if fit.speed.taken_while_busy:
        said += "\n" + translate(
            "HubFit",
            "Other programs kept this PC busy when its speed was measured, so it may well be"
            " faster; it is measured again at the next quiet moment.",
        )
    return said


def source_words(model: LibraryModel) -> str:
    """The program whose file it is."""
    if model.source is ModelSource.OPENED:
        return translate("Models", "opened from disk")
    return _SOURCES.get(model.source) or translate("Models", "own folder")


def source_names() -> tuple[str, ...]:
    """All that :func:`source_words` may say."""
    others = (translate("Models", "opened from disk"), translate("Models", "own folder"))
    return (*_SOURCES.values(), *others)


def download_words(entry: DownloadEntry) -> str:
    """How far a download is, in one line."""
    done = translate("Models", "{done} of {total}").format(
        done=byte_size(entry.done_bytes), total=byte_size(entry.total_bytes)
    )
    match entry.state:
        case WorkState.WAITING:
            return DOT.join([translate("Models", "waiting"), done])
        case WorkState.PAUSED:
            return DOT.join([translate("Models", "paused"), done])
        case WorkState.FAILED:
            return DOT.join([translate("Models", "failed"), done])
        case WorkState.DONE:
            return DOT.join(
                [translate("Models", "done, checksum right"), str(byte_size(entry.total_bytes))]
            )
        case _:
            parts = [entry.activity, done]
            if entry.bytes_per_second is not None:
                parts.append(str(byte_rate(entry.bytes_per_second)))
            if entry.seconds_left is not None:
                parts.append(time_left(entry.seconds_left))
            return DOT.join(part for part in parts if part)


def or_missing(text: str | None) -> str:
    """A text, or the dash."""
    return text or MISSING
