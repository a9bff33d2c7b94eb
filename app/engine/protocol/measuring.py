"""Speed is measured: of a loaded model, of llama.cpp's kernels; whether they compute rightly."""

from __future__ import annotations

import msgspec


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


class MeasurePasses(msgspec.Struct, tag="measure_passes", frozen=True):
    """Time passes of the loaded model over one token each of several texts.

    Attributes:
        counts: Of texts that grow at once, rising; it ends early where more of them gain little.
    """

    id: int
    counts: list[int]


class CheckType(msgspec.Struct, tag="check_type", frozen=True):
    """Hold what this engine computes with a tensor type against what is right.

    Attributes:
        source: The demo model's F16 file.
        folder: For files that live as long as the check.
        type_id: ggml's tensor type.
        number_type_id: F16 or F32: what the other types are held against.
        in_background: Everything else on this PC goes first, for the rest of the engine's life.
        memory_limit_bytes: Bound of the engine's private memory; None for none.
    """

    id: int
    source: str
    folder: str
    type_id: int
    number_type_id: int
    in_background: bool = False
    memory_limit_bytes: int | None = None


class BenchSample(msgspec.Struct, tag="bench_sample", frozen=True):
    """One repetition's speed in tokens per second.

    Attributes:
        threads: Fewest that computed: below what was asked for where other programs took cores.
    """

    id: int
    tokens_per_second: float
    elapsed_ns: int
    threads: int


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


class PassesMeasured(msgspec.Struct, tag="passes_measured", frozen=True):
    """How long passes over one token each of several texts take here.

    Attributes:
        alone_ns: A pass over one text; 0 where texts cannot grow side by side.
        beside_ns: By the number of texts; empty where they cannot grow side by side.
        beside_kld: How far the next word is from the one behind the same text alone, which differs
            by rounding: mean divergence in nats, over some words of several texts.
    """

    id: int
    alone_ns: int
    beside_ns: dict[int, int]
    beside_kld: dict[int, float] = {}
