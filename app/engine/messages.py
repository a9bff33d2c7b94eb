"""What the window process and an engine say to each other.

One JSON line a message, tagged by ``type``; commands carry an ``id`` that the events which
answer them repeat. Times are nanoseconds of a monotonic clock's differences, sizes bytes.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.candidates.settings import FlashAttention, KvType, SamplingSettings
from app.core.chats.chat import AnswerFigures, Message, StopReason

PROTOCOL_VERSION = 1
MAX_LINE_BYTES = 1 << 20
TEMPLATE_SECONDS = 2.0
"""Processor time that a chat template may take, in seconds."""
NO_COMMAND = 0
"""The id of a Failed that belongs to no command: one that the engine could not read."""


class FailureKind(StrEnum):
    """What went wrong in an engine that still lives."""

    LOAD = "load"
    CANCELLED = "cancelled"
    CONTEXT = "context"
    CONTEXT_MEMORY = "context_memory"
    MEMORY = "memory"
    TEMPLATE = "template"
    PROMPT_TOO_LONG = "prompt_too_long"
    GENERATE = "generate"
    NUMBERS = "numbers"
    BENCH = "bench"
    QUANTIZE = "quantize"
    SCORE = "score"
    PROTOCOL = "protocol"


class Step(StrEnum):
    """What an engine is at: what an end in the middle of it is laid to."""

    START = "start"
    IDLE = "idle"
    LOAD = "load"
    RENDER = "render"
    TOKENIZE = "tokenize"
    PROMPT = "prompt"
    GENERATE = "generate"
    BENCH = "bench"
    SCORE = "score"
    QUANTIZE = "quantize"
    PREDICT = "predict"
    KERNELS = "kernels"
    CHECK = "check"


# --- commands: window process to engine ---------------------------------------------------


class Load(msgspec.Struct, tag="load", frozen=True):
    """Load a model file and make a context.

    Attributes:
        context_tokens: Wanted size of the context; 0 makes none (for speed tests).
        gpu_layers: -1 for all.
        memory_limit_bytes: Bound of the engine's private memory (RLIMIT_DATA); None for none.
    """

    id: int
    path: str
    context_tokens: int
    threads: int
    gpu_layers: int = -1
    kv_type: KvType = KvType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO
    memory_limit_bytes: int | None = None


class Generate(msgspec.Struct, tag="generate", frozen=True):
    """Render the messages with the chat template and answer.

    Attributes:
        template: Jinja text to use in place of the file's own; None takes the file's.
        stop_strings: Texts that end the answer, for templates without an end token.
        clear: Forget what the context holds first, so that timings start cold.
        shared: Other engines generate too; repeated in the figures.
    """

    id: int
    messages: list[Message]
    sampling: SamplingSettings
    template: str | None = None
    stop_strings: list[str] = []
    clear: bool = False
    shared: bool = False


class Stop(msgspec.Struct, tag="stop", frozen=True):
    """End the load, answer or measurement in progress; the text so far stands."""

    id: int


class SetThreads(msgspec.Struct, tag="set_threads", frozen=True):
    """Use this many threads from the next decode on."""

    id: int
    threads: int


class Bench(msgspec.Struct, tag="bench", frozen=True):
    """One repetition of one speed test on random tokens, as llama-bench takes it.

    Needs a model loaded by :class:`Load` with ``context_tokens`` 0: each test makes a context of
    its own size. ``warmup`` runs it once before, outside the timer.
    Exactly one of ``prompt_tokens`` and ``generated_tokens`` is above zero.
    """

    id: int
    prompt_tokens: int
    generated_tokens: int
    depth: int
    threads: int
    warmup: bool


class Quantize(msgspec.Struct, tag="quantize", frozen=True):
    """Write ``target`` from ``source`` at another quantization level (llama.cpp's quantizer)."""

    id: int
    source: str
    target: str
    ftype: int
    threads: int


class Predict(msgspec.Struct, tag="predict", frozen=True):
    """Say what a load would take, without taking it; what is loaded stays as it is.

    The file may end after its header, its weights being a hole: they are not read.

    Attributes:
        context_tokens: Wanted size of the context; what the model allows bounds it.
        gpu_layers: -1 for all.
    """

    id: int
    path: str
    context_tokens: int
    threads: int
    gpu_layers: int = -1
    kv_type: KvType = KvType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO


class MeasureKernels(msgspec.Struct, tag="measure_kernels", frozen=True):
    """Time llama.cpp's product of a matrix and a vector for some number formats.

    Attributes:
        type_ids: ggml's tensor types.
        threads: Of the computation.
        bytes_each: Size of the matrices of one type together; several times the last cache.
    """

    id: int
    type_ids: list[int]
    threads: int
    bytes_each: int


class CheckType(msgspec.Struct, tag="check_type", frozen=True):
    """Hold what this engine computes with a tensor type against what is right.

    Attributes:
        source: The demo model's F16 file.
        folder: For files that live as long as the check.
        type_id: ggml's tensor type.
        number_type_id: F16 or F32: what the other types are held against.
        in_background: Everything else on this PC goes first, for the rest of the engine's life.
    """

    id: int
    source: str
    folder: str
    type_id: int
    number_type_id: int
    in_background: bool = False


class Tokenize(msgspec.Struct, tag="tokenize", frozen=True):
    """Write the tokens of a text file into another file, as little-endian 32-bit numbers.

    Special tokens written in the text are read as plain text. A begin token that the vocabulary
    wants stands first. Needs a loaded model.

    Attributes:
        source: The text, UTF-8.
        target: Written anew.
    """

    id: int
    source: str
    target: str


class Detokenize(msgspec.Struct, tag="detokenize", frozen=True):
    """Say which bytes tokens stand for. Needs a loaded model."""

    id: int
    tokens: list[int]


class RenderChat(msgspec.Struct, tag="render_chat", frozen=True):
    """Render messages with the file's own chat template and say their tokens.

    Attributes:
        opens_answer: End with what the template writes in front of an answer.
    """

    id: int
    messages: list[Message]
    opens_answer: bool = False


class ContinueText(msgspec.Struct, tag="continue_text", frozen=True):
    """Go on with a text, always taking the likeliest token. Needs a loaded model.

    Attributes:
        tokens: The text, evaluated from an empty context.
        most_tokens: No more tokens than these.
        threads: Of the evaluation.
        expected: What another model went on with.
        after_tokens: So many tokens after the first that is not the expected one, it ends.
    """

    id: int
    tokens: list[int]
    most_tokens: int
    threads: int
    expected: list[int] | None = None
    after_tokens: int = 0


class MeasureText(msgspec.Struct, tag="measure_text", frozen=True):
    """Evaluate a chunk of text and say how likely its tokens are, without any reference.

    Needs a model loaded with ``context_tokens`` 0.

    Attributes:
        tokens: The chunk, evaluated from an empty context.
        first_scored: Positions from here to the last but one are scored.
        threads: Of the evaluation.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int


class KeepReference(msgspec.Struct, tag="keep_reference", frozen=True):
    """Evaluate a chunk of text and keep the distributions of its scored positions in a file.

    Needs a model loaded with ``context_tokens`` 0. What is kept: ``app.core.quality.compact``.

    Attributes:
        tokens: The chunk, evaluated from an empty context.
        first_scored: Positions from here to the last but one are scored.
        threads: Of the evaluation.
        target: The file; it appears when it is complete.
        comparable: Round and cut as llama-perplexity does.
        first_position: How many positions came before in the measurement.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int
    target: str
    comparable: bool = False
    first_position: int = 0


class ScoreChunk(msgspec.Struct, tag="score_chunk", frozen=True):
    """Evaluate a chunk of text and hold it against a kept reference.

    Needs a model loaded with ``context_tokens`` 0.

    Attributes:
        tokens: As they were for the reference.
        first_scored: As it was for the reference.
        threads: Of the evaluation.
        reference: The file that :class:`KeepReference` wrote.
        one_by_one: Evaluate the scored tokens one by one, as answers are written, not in slices, as
            texts are read: of the reference itself that shows what rounding alone makes of it.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int
    reference: str
    one_by_one: bool = False


Command = (
    Load
    | Generate
    | Stop
    | SetThreads
    | Bench
    | Quantize
    | Predict
    | MeasureKernels
    | CheckType
    | Tokenize
    | Detokenize
    | RenderChat
    | ContinueText
    | MeasureText
    | KeepReference
    | ScoreChunk
)


# --- events: engine to window process -----------------------------------------------------


class Device(msgspec.Struct, frozen=True):
    """A device llama.cpp can compute on."""

    name: str
    kind: str
    description: str
    free_bytes: int
    total_bytes: int


class DeviceMemory(msgspec.Struct, frozen=True):
    """What llama.cpp allocated on one device, from its own load log."""

    name: str
    kind: str
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    available_bytes: int | None = None


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """First line of an engine.

    Attributes:
        engine: The build in words.
        devices: What it can compute on.
        backends: Kinds of devices that this build knows at all.
        variant: The variant for this processor that was loaded; empty where there is but one.
    """

    protocol: int
    pid: int
    engine: str
    system_info: str
    devices: list[Device]
    backends: list[str] = []
    variant: str = ""


class Working(msgspec.Struct, tag="working", frozen=True):
    """A command has begun, or its next step.

    Attributes:
        characters: Of the text that is turned into tokens.
    """

    id: int
    step: Step
    characters: int = 0


class LoadProgress(msgspec.Struct, tag="load_progress", frozen=True):
    """Share of the weights read, 0 to 1."""

    id: int
    fraction: float


class EngineMemory(msgspec.Struct, frozen=True):
    """An engine's own memory as the operating system tells it; None is "not told here".

    Attributes:
        private_bytes: Anonymous memory: what the engine must have.
        mapped_bytes: File-backed pages: the weights, which the system may drop.
        needed_bytes: Peak of resident memory less repacked copies of weights.
    """

    private_bytes: int | None
    mapped_bytes: int | None
    needed_bytes: int | None


class Thinking(msgspec.Struct, frozen=True):
    """What the loaded file's template says about thinking."""

    recognised: bool
    has_switch: bool


class Loaded(msgspec.Struct, tag="loaded", frozen=True):
    """A model is ready.

    Attributes:
        load_ns: From the command to ready, context and warm-up included.
        context_tokens: Size of the context made.
        trained_context_tokens: What the file says the model was trained for.
        has_template: Whether the file brings a chat template.
        repacked_bytes: Copies of weights that llama.cpp made for speed (CPU_REPACK).
        weights_bytes, kv_bytes, compute_bytes, output_bytes: llama.cpp's own figures.
        memory: Taken right after the load.
    """

    id: int
    load_ns: int
    context_tokens: int
    trained_context_tokens: int
    vocabulary_size: int
    parameters: int
    has_template: bool
    thinking: Thinking
    repacked_bytes: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    output_bytes: int
    devices: list[DeviceMemory]
    memory: EngineMemory


class PromptProgress(msgspec.Struct, tag="prompt_progress", frozen=True):
    """Tokens of the prompt decoded so far, of those that the context did not hold yet."""

    id: int
    done_tokens: int
    total_tokens: int


class Rendered(msgspec.Struct, tag="rendered", frozen=True):
    """The prompt is rendered and tokenized; decoding begins.

    Attributes:
        digest: SHA-256 of the rendered text, to tell whether panes got the same one.
        system_in_user: The template takes no system prompt: it is part of a message of the
            person's.
    """

    id: int
    prompt_tokens: int
    reused_tokens: int
    digest: str
    system_in_user: bool = False


class Text(msgspec.Struct, tag="text", frozen=True):
    """What came since the last event; at most about 30 a second.

    Attributes:
        tokens: Tokens generated so far.
        elapsed_ns: From the first sampled token to now.
    """

    id: int
    answer: str
    thinking: str
    tokens: int
    thinking_tokens: int
    elapsed_ns: int


class Finished(msgspec.Struct, tag="finished", frozen=True):
    """An answer ended; the context keeps it for the next turn."""

    id: int
    stop_reason: StopReason
    figures: AnswerFigures
    memory: EngineMemory


class ThreadsSet(msgspec.Struct, tag="threads_set", frozen=True):
    """The number of threads has changed."""

    id: int
    threads: int


class BenchSample(msgspec.Struct, tag="bench_sample", frozen=True):
    """One repetition's speed in tokens per second.

    Attributes:
        threads: Fewest that computed: below what was asked for where other programs took cores.
    """

    id: int
    tokens_per_second: float
    elapsed_ns: int
    threads: int


class QuantizeProgress(msgspec.Struct, tag="quantize_progress", frozen=True):
    """Tensors written so far."""

    id: int
    done: int
    total: int


class Quantized(msgspec.Struct, tag="quantized", frozen=True):
    """The target is complete."""

    id: int
    elapsed_ns: int


class PlannedDevice(msgspec.Struct, frozen=True):
    """A device's part in a load that was not made.

    Attributes:
        compute_bytes: Scratch memory of the graph on it.
        available_bytes: Free on it now.
        layers: Layers that it would hold, from 0; the layer after the last is the output.
    """

    name: str
    kind: str
    compute_bytes: int
    available_bytes: int
    layers: list[int]


class Predicted(msgspec.Struct, tag="predicted", frozen=True):
    """What a load would take, in llama.cpp's own figures.

    Attributes:
        context_tokens: Size of the context it would make.
        weights_bytes: All tensors, printed with five digits or fewer from one GiB on.
        kv_bytes: KV cache and recurrent states.
        compute_bytes: Scratch memory of the graph, all devices.
        devices: Those that would take part.
    """

    id: int
    context_tokens: int
    vocabulary_size: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    output_bytes: int
    devices: list[PlannedDevice]
    elapsed_ns: int


class KernelRate(msgspec.Struct, frozen=True):
    """Bytes a second of matrices of one tensor type, when each is multiplied by a vector."""

    type_id: int
    bytes_per_second: float


class KernelsMeasured(msgspec.Struct, tag="kernels_measured", frozen=True):
    """How fast the kernels are here.

    Attributes:
        rates: Of the types that were asked for and that the processor can multiply.
        node_ns: What a graph's node costs beside its bytes: the threads meet at its end.
    """

    id: int
    rates: list[KernelRate]
    node_ns: float


class TypeChecked(msgspec.Struct, tag="type_checked", frozen=True):
    """What a tensor type's computing is worth here.

    Attributes:
        difference: The worst relative error of a position's logits. For F16 and F32, which the
            others are held against: what the demo model loses at an answer that it knows, in nats
            a token. None where it is no number.
        bound: Beyond it the type is computed wrongly.
    """

    id: int
    type_id: int
    difference: float | None
    bound: float


class Tokenized(msgspec.Struct, tag="tokenized", frozen=True):
    """The tokens are written.

    Attributes:
        count: How many there are.
        begin_token: What stands at the start of every text; None where the vocabulary wants none.
        vocabulary_digest: SHA-256 of all tokens' texts: models of one digest can be compared.
    """

    id: int
    count: int
    begin_token: int | None
    vocabulary_digest: str


class Detokenized(msgspec.Struct, tag="detokenized", frozen=True):
    """The bytes of each token, as Latin-1 text: a token may end inside a UTF-8 sequence."""

    id: int
    pieces: list[str]


class ChatRendered(msgspec.Struct, tag="chat_rendered", frozen=True):
    """Messages as the model reads them.

    Attributes:
        text: As the template wrote it.
        tokens: Its tokens, with the begin token that the vocabulary wants.
    """

    id: int
    text: str
    tokens: list[int]


class Continued(msgspec.Struct, tag="continued", frozen=True):
    """The likeliest tokens after a text.

    Attributes:
        tokens: Without the end token.
        ended: The model ended the text by itself.
    """

    id: int
    tokens: list[int]
    ended: bool


class TextMeasured(msgspec.Struct, tag="text_measured", frozen=True):
    """ln p of the token that comes next, one value a scored position."""

    id: int
    ln_p: list[float]


class ReferenceKept(msgspec.Struct, tag="reference_kept", frozen=True):
    """A chunk's distributions lie in their file."""

    id: int
    positions: int
    file_bytes: int


class ChunkScored(msgspec.Struct, tag="chunk_scored", frozen=True):
    """A chunk against its reference, one value a scored position.

    Attributes:
        kld: KL divergence of this model from the reference, in nats.
        reference_ln_p: The reference's ln p of the token that comes next in the text.
        ln_p: This model's.
        same_top: Whether both find the same token most likely.
    """

    id: int
    kld: list[float]
    reference_ln_p: list[float]
    ln_p: list[float]
    same_top: list[bool]


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """A command could not be carried out; the engine lives.

    Attributes:
        sentence: For the person.
        detail: For the log.
        excess_tokens: By how many tokens a prompt is too long.
    """

    id: int
    kind: FailureKind
    sentence: str
    detail: str = ""
    excess_tokens: int | None = None


Event = (
    Hello
    | Working
    | LoadProgress
    | Loaded
    | Rendered
    | PromptProgress
    | Text
    | Finished
    | ThreadsSet
    | BenchSample
    | QuantizeProgress
    | Quantized
    | Predicted
    | KernelsMeasured
    | TypeChecked
    | Tokenized
    | Detokenized
    | ChatRendered
    | Continued
    | TextMeasured
    | ReferenceKept
    | ChunkScored
    | Failed
)
