"""Whether a model fits this PC: its needs against what there is, and which level to take.

Needs come from llama.cpp's own plan of a load, or from the estimate of
``app.core.memory.estimate`` where there is none; this module only weighs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app.core.gguf import TensorInfo
from app.core.memory.estimate import Needs, cached_elements
from app.core.models.levels import FULL_PRECISION_BITS
from app.core.models.model_file import EXPERTS, ModelFile
from app.core.words.sentence import Sentence, say, size

TIGHT_SHARE = 0.9
"""Above this share of what is available it is tight: other programs need memory too."""

_LAYER = re.compile(r"blk\.(\d+)\.")


class Verdict(StrEnum):
    """Whether it fits."""

    FITS = "fits"
    TIGHT = "tight"
    NO = "no"


_ORDER = (Verdict.FITS, Verdict.TIGHT, Verdict.NO)


@dataclass(frozen=True, slots=True)
class DeviceShare:
    """A device's part of the needs, and what is free on it.

    Attributes:
        kind: ``cpu``, ``gpu``, ``igpu``, …; only a ``gpu`` has memory of its own.
        layers: How many layers it would hold, the output counted as one.
    """

    name: str
    kind: str
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    available_bytes: int
    layers: int

    @property
    def total_bytes(self) -> int:
        """All its parts together."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes


@dataclass(frozen=True, slots=True)
class LayerBytes:
    """Where the weights of a model lie.

    Attributes:
        input_bytes: What belongs to no layer: the embeddings, which stay with the processor.
        layers: Each layer's weights.
        output_bytes: The output matrix and its norm.
        tied: The embeddings serve as the output matrix, so that a GPU gets a copy of them.
        kept_bytes: Experts that stay with the processor, whoever holds the rest of their layer.
    """

    input_bytes: int
    layers: tuple[int, ...]
    output_bytes: int
    tied: bool
    kept_bytes: int = 0

    def of(self, layer: int) -> int:
        """Weights of a layer; the layer after the last is the output."""
        if layer < len(self.layers):
            return self.layers[layer]
        return self.output_bytes + (self.input_bytes if self.tied else 0)


@dataclass(frozen=True, slots=True)
class FitJudgement:
    """A verdict with its reason.

    Attributes:
        needed_bytes: On the device that decides.
        available_bytes: On the same.
        device: Its name where it is not the PC's memory; else empty.
        from_disk: It runs all the same: every token reads weights from disk.
    """

    verdict: Verdict
    needed_bytes: int
    available_bytes: int
    device: str = ""
    from_disk: bool = False

    @property
    def word(self) -> Sentence:
        """The verdict alone."""
        match self.verdict:
            case Verdict.FITS:
                return say("models.fits")
            case Verdict.TIGHT:
                return say("models.tight")
            case Verdict.NO if self.from_disk:
                return say("models.from_disk")
            case Verdict.NO:
                return say("models.does_not_fit")

    @property
    def needs(self) -> Sentence:
        """Why: “needs 11.2 GB, 9.8 GB free”."""
        needed, free = size(self.needed_bytes), size(self.available_bytes)
        needs = say("models.needs_free", needed=needed, free=free)
        return say("models.needs_on", needs=needs, device=self.device) if self.device else needs

    @property
    def free(self) -> Sentence:
        """What there is for it: “9.8 GB free”."""
        free = size(self.available_bytes)
        if self.device:
            return say("models.free_on", free=free, device=self.device)
        return say("models.free", free=free)

    @property
    def reason(self) -> str:
        """The verdict in words, e.g. “does not fit: needs 11.2 GB, 9.8 GB free”."""
        return f"{self.word}: {self.needs}"


def judge(needed_bytes: int, available_bytes: int, device: str = "") -> FitJudgement:
    """Hold a need against what is available."""
    if needed_bytes > available_bytes:
        verdict = Verdict.NO
    elif needed_bytes > TIGHT_SHARE * available_bytes:
        verdict = Verdict.TIGHT
    else:
        verdict = Verdict.FITS
    return FitJudgement(verdict, needed_bytes, available_bytes, device)


def judge_devices(
    needs: Needs, shares: Iterable[DeviceShare], available_bytes: int
) -> FitJudgement:
    """Hold each memory against what lies in it; the worst decides.

    Args:
        needs: Of the whole engine.
        shares: Its devices; those without memory of their own count with the PC's.
        available_bytes: Of the PC's memory.
    """
    own = [share for share in shares if share.kind == "gpu"]
    elsewhere = sum(share.total_bytes for share in own)
    judged = [judge(max(0, needs.total_bytes - elsewhere), available_bytes)]
    judged += [judge(share.total_bytes, share.available_bytes, share.name) for share in own]
    return max(judged, key=lambda found: _ORDER.index(found.verdict))


def layer_bytes(
    tensors: Iterable[TensorInfo],
    n_layers: int,
    cpu_experts: int | None = None,
    adapter_bytes: int = 0,
) -> LayerBytes:
    """Sum up the weights by layer.

    Args:
        tensors: Of all shards.
        n_layers: How many layers there are.
        cpu_experts: Layers, from the first, whose experts stay with the processor.
        adapter_bytes: Of adapters, which lie with the weights that they change: in all layers.
    """
    shared, rest = divmod(adapter_bytes, max(1, n_layers))
    layers = [shared + (layer < rest) for layer in range(n_layers)]
    kept_bytes = 0
    outside = {"input": 0, "output": 0}
    tied = True
    for tensor in tensors:
        match = _LAYER.match(tensor.name)
        if match and int(match[1]) < (cpu_experts or 0) and EXPERTS.match(tensor.name):
            kept_bytes += tensor.n_bytes
        elif match and int(match[1]) < n_layers:
            layers[int(match[1])] += tensor.n_bytes
        else:
            outside["output" if tensor.name.startswith("output") else "input"] += tensor.n_bytes
        tied = tied and tensor.name != "output.weight"
    return LayerBytes(outside["input"], tuple(layers), outside["output"], tied, kept_bytes)


def kept_tensors(tensors: Iterable[TensorInfo], n_layers: int, gpu_layers: int) -> list[TensorInfo]:
    """Those of the layers that stay with the processor: a GPU takes the last ones, and the output.

    Args:
        tensors: Of all shards.
        n_layers: How many layers there are.
        gpu_layers: How many of them, the output counted as one, a GPU takes; at least one.
    """
    first = n_layers + 1 - gpu_layers
    return [t for t in tensors if (found := _LAYER.match(t.name)) and int(found[1]) < first]


def share_out(
    needs: Needs,
    weights: LayerBytes,
    model: ModelFile,
    context_tokens: int,
    devices: Sequence[tuple[DeviceShare, Sequence[int]]],
) -> list[DeviceShare]:
    """Divide weights and KV cache among devices by the layers that each would hold.

    Args:
        needs: Of the whole engine.
        weights: Where its weights lie.
        model: For the cache of each layer.
        context_tokens: Size of the context.
        devices: Each with its compute buffer known, and its layers.
    """
    kv = _kv_of_layers(needs, model, context_tokens)
    shares: list[DeviceShare] = []
    for device, layers in devices:
        n_bytes = sum(weights.of(layer) for layer in layers)
        if device.kind == "cpu":
            holds_output = len(weights.layers) in layers
            # With the processor the embeddings serve as the output without a copy.
            n_bytes += 0 if holds_output and weights.tied else weights.input_bytes
            n_bytes += weights.kept_bytes
        kv_bytes = sum(kv[layer] for layer in layers if layer < len(kv))
        shares.append(replace(device, weights_bytes=n_bytes, kv_bytes=kv_bytes, layers=len(layers)))
    return shares


def layers_that_fit(
    needs: Needs, weights: LayerBytes, model: ModelFile, context_tokens: int, gpu: DeviceShare
) -> int:
    """How many layers fit on a GPU with room to spare, counted from the last as llama.cpp does.

    Args:
        needs: Of the whole engine.
        weights: Where its weights lie.
        model: For the cache of each layer.
        context_tokens: Size of the context.
        gpu: With the compute buffer that it would need, and its free memory.
    """
    kv = _kv_of_layers(needs, model, context_tokens)
    room = int(TIGHT_SHARE * gpu.available_bytes) - gpu.compute_bytes
    count = 0
    for layer in range(len(weights.layers), -1, -1):
        room -= weights.of(layer) + (kv[layer] if layer < len(kv) else 0)
        if room < 0:
            break
        count += 1
    return count


def _kv_of_layers(needs: Needs, model: ModelFile, context_tokens: int) -> list[int]:
    """The cache of each layer, so that they sum up to what llama.cpp says."""
    own = cached_elements(model, context_tokens)
    if not any(own):  # states alone, of the same size in each layer
        own = (1,) * max(1, model.block_count)
    total = sum(own)
    return [needs.kv_bytes * part // total for part in own]


@dataclass(frozen=True, slots=True)
class LevelChoice:
    """One level of several, to recommend from.

    Attributes:
        name: The level's name.
        bits_per_weight: Of the file.
        weights_bytes: Size of its weights.
        verdict: Whether it fits.
    """

    name: str
    bits_per_weight: float
    weights_bytes: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class LevelAdvice:
    """Which level to take.

    Attributes:
        index: Its place among the choices; None where none can be recommended.
        reason: Why, in a sentence.
    """

    index: int | None
    reason: Sentence


def advise_level(choices: Sequence[LevelChoice]) -> LevelAdvice:
    """Choose the largest level that fits with room to spare.

    Full precision is passed over where a quantized level fits too: it is for measuring against.
    """
    by_size = sorted(range(len(choices)), key=lambda index: -choices[index].weights_bytes)
    roomy = [index for index in by_size if choices[index].verdict is Verdict.FITS]
    quantized = [index for index in roomy if not _is_full(choices[index])]
    if quantized:
        best = quantized[0]
        passed = [choices[index].name for index in roomy if _is_full(choices[index])]
        if passed:
            return LevelAdvice(best, say("lab.largest_quantized_level_fits_room", passed=passed[0]))
        return LevelAdvice(best, say("lab.largest_level_fits_pc_room"))
    if roomy:
        return LevelAdvice(roomy[0], say("lab.fits_pc_room_spare"))
    tight = [index for index in by_size if choices[index].verdict is Verdict.TIGHT]
    if tight:
        return LevelAdvice(tight[-1], say("lab.smallest_level_tight_close_other"))
    return LevelAdvice(None, say("lab.no_level_model_fits_pc"))


def _is_full(choice: LevelChoice) -> bool:
    return choice.bits_per_weight > FULL_PRECISION_BITS
