"""A model file is looked into, or made of another."""

from __future__ import annotations

import msgspec

from app.core.shrink.inside.inspection import TensorFigures


class StoredTensor(msgspec.Struct, frozen=True):
    """Where a tensor lies.

    Attributes:
        offset: Of its first byte in the file.
        type_id: Its number format, as files number them.
        elements: How many weights it has.
    """

    path: str
    offset: int
    type_id: int
    elements: int


class InspectTensor(msgspec.Struct, tag="inspect_tensor", frozen=True):
    """Count what is in a tensor; no model is loaded for it.

    Attributes:
        reference: The same weights in another file, to be held against.
        zeros_alone: Count weights and zeros; all else stays 0.
    """

    id: int
    tensor: StoredTensor
    threads: int
    reference: StoredTensor | None = None
    zeros_alone: bool = False


class TensorInspected(msgspec.Struct, tag="tensor_inspected", frozen=True):
    """What was counted."""

    id: int
    figures: TensorFigures


class CollectImportance(msgspec.Struct, tag="collect_importance", frozen=True):
    """Read a text with the model that is loaded, and write how much each weight's inputs matter.

    Attributes:
        text: A file, UTF-8.
        target: The importance matrix to write.
        dataset: What the matrix calls the text.
        chunks: At most so many; 0 for all.
        marks: Texts of special tokens become those tokens.
        model: What the matrix calls the model.
    """

    id: int
    text: str
    target: str
    dataset: str
    chunk_tokens: int
    chunks: int
    threads: int
    marks: bool = False
    model: str = ""


class ImportanceProgress(msgspec.Struct, tag="importance_progress", frozen=True):
    """Chunks read so far."""

    id: int
    done: int
    total: int


class ImportanceCollected(msgspec.Struct, tag="importance_collected", frozen=True):
    """The matrix is written.

    Attributes:
        tensors: That it tells of.
        unused: Experts that no token came to.
    """

    id: int
    tensors: int
    tokens: int
    chunks: int
    unused: int
    elapsed_ns: int


class Watched(msgspec.Struct, frozen=True):
    """Read a text with the model that is loaded, and watch it.

    The fields are those of :class:`CollectImportance`; it tells its progress alike.
    """

    id: int
    text: str
    chunk_tokens: int
    chunks: int
    threads: int
    marks: bool = False


class MeasureLayers(Watched, tag="measure_layers", frozen=True):
    """How much does each layer change its input?"""


class LayersMeasured(msgspec.Struct, tag="layers_measured", frozen=True):
    """One minus the mean cosine of input and output, for each layer."""

    id: int
    influences: list[float]


class CountExperts(Watched, tag="count_experts", frozen=True):
    """Which experts work on the text?"""


class ExpertsCounted(msgspec.Struct, tag="experts_counted", frozen=True):
    """How many tokens each expert worked on.

    Attributes:
        tokens: That were read.
        layers: Those with experts, ascending.
        counts: For each of these layers, by expert.
    """

    id: int
    tokens: int
    layers: list[int]
    counts: list[list[int]]


class Heal(Watched, tag="heal", frozen=True):
    """Let a model learn from the one that is loaded: its distributions over the words of a text.

    Some chunks of the text are held back: over them it is told what was learned.

    Attributes:
        student: A file of F32 weights with the same vocabulary. What was learned is written into
            it, once all of it is; zeros stay zeros.
        places: Of its tensors: by name the offset of the first byte in that file; none where it is
            only to be timed: nothing is written then.
        windows: Chunks that it learns from, more of them than there are by turns; 0 for as many as
            fit into the time.
        seconds: How long it learns, where no windows are said.
    """

    student: str = ""
    places: dict[str, int] = {}
    windows: int = 0
    seconds: float = 0.0


class HealProgress(msgspec.Struct, tag="heal_progress", frozen=True):
    """Windows that it has learned from so far; ``total`` is 0 while that is being found out."""

    id: int
    done: int
    total: int


class Healed(msgspec.Struct, tag="healed", frozen=True):
    """The student's file holds what it has learned.

    Attributes:
        windows: That it learned from.
        before, after: Mean KL divergence from the loaded model over what was held back, nats.
        learning_ns: Of the steps alone.
    """

    id: int
    windows: int
    before: float
    after: float
    learning_ns: int


class TensorRule(msgspec.Struct, frozen=True):
    """Tensors whose names a pattern is found in get this type; the first rule that fits counts."""

    pattern: str
    type_id: int


class Quantize(msgspec.Struct, tag="quantize", frozen=True):
    """Write ``target`` from ``source`` at another quantization level (llama.cpp's quantizer).

    Attributes:
        matrix: An importance matrix's file; empty for none.
        matrix_name: What the new file calls it.
        rules: Types that the level's own mixture gives way to.
        drop_layers: Layers that are left out, ascending.
        requantizes: Take weights that are quantized already.
        copies: Change no type: only layers are left out.
        notes: Texts for the new file's header, of at most 127 bytes.
        is_plan: Write nothing; say of each tensor what it would be.
    """

    id: int
    source: str
    target: str
    ftype: int
    threads: int
    matrix: str = ""
    matrix_name: str = ""
    rules: list[TensorRule] = []
    drop_layers: list[int] = []
    requantizes: bool = False
    copies: bool = False
    notes: dict[str, str] = {}
    is_plan: bool = False


class TensorPlanned(msgspec.Struct, tag="tensor_planned", frozen=True):
    """What a tensor would become.

    Attributes:
        name: In the new file.
        turned: The type, as llama.cpp writes it in small letters; empty where it stays as it is.
        wanted: The type that its rows do not fit, where it falls back to another.
    """

    id: int
    name: str
    turned: str
    wanted: str = ""


class QuantizeProgress(msgspec.Struct, tag="quantize_progress", frozen=True):
    """Tensors written so far."""

    id: int
    done: int
    total: int


class Quantized(msgspec.Struct, tag="quantized", frozen=True):
    """The target is complete."""

    id: int
    elapsed_ns: int


class MeasureErrors(msgspec.Struct, tag="measure_errors", frozen=True):
    """Say what a tensor would lose at several types, from an even sample of its rows.

    Attributes:
        name: By which the importance matrix knows it.
        columns: Weights of a row.
        matrix: An importance matrix's file; empty for none.
        types: Number formats that divide a row.
    """

    id: int
    tensor: StoredTensor
    name: str
    columns: int
    matrix: str
    types: list[int]
    threads: int


class ErrorsMeasured(msgspec.Struct, tag="errors_measured", frozen=True):
    """What a tensor would lose.

    Attributes:
        errors: By type as asked: squared errors by squared weights, both times the importance of
            their inputs.
    """

    id: int
    errors: list[float]


class HeldTensor(msgspec.Struct, frozen=True):
    """A tensor of the model that is loaded, and what it is to hold.

    Attributes:
        tensor: Its weights in the model's file.
        columns: Weights of a row.
        type_id: The number format that its weights go through; None for the weights themselves.
    """

    name: str
    tensor: StoredTensor
    columns: int
    type_id: int | None


class HoldTensors(msgspec.Struct, tag="hold_tensors", frozen=True):
    """Let tensors of the model that is loaded hold what another number format leaves of them.

    Needs a model loaded with ``context_tokens`` 0 and without mapping its file. What is loaded
    keeps its formats: the weights go to the other one and come back.

    Attributes:
        matrix: An importance matrix's file; empty for none.
    """

    id: int
    tensors: list[HeldTensor]
    matrix: str
    threads: int


class TensorsHeld(msgspec.Struct, tag="tensors_held", frozen=True):
    """They hold it."""

    id: int
