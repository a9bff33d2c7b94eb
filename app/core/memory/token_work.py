"""What generating one token of a model takes, counted from the tensors of its header."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.core.candidates.settings import USUAL_ENGINE, EngineSettings
from app.core.gguf import TensorInfo
from app.core.models.levels import TENSOR_TYPES
from app.core.models.model_file import EXPERTS, ModelFile

# What a token costs beside its bytes, in units of what the kernels' measurement calls a node: one
# pass over a vector, at whose end the threads meet. Read off llama.cpp's graphs node by node, with
# the time of each, for eleven architectures on one core of a Zen 5, and held against nine on two
# cores. A product with quantized weights quantizes its vector first, for which the threads meet
# once more, and starts reading where no cache has anything yet: the same for each expert. Weights
# that are plain numbers take the vector almost as it is. The small matrices of an attention's
# heads lie one after the other and are one product; their short rows cost a little each.
_NODES_OF_A_PRODUCT = 9
_NODES_OF_A_PLAIN_PRODUCT = 1
_NODES_OF_A_HEAD = 2
_NODES_OF_A_NORM = 3
# Residuals and activation; rotation, the cache and the start of the attention.
_NODES_OF_A_LAYER = 4
_NODES_OF_AN_ATTENTION = 8
# Among experts: softmax, sort, and the sum of what they say.
_NODES_OF_A_CHOICE = 15
# A convolution and its shifting window.
_NODES_OF_A_RECURRENCE = 40
# Gemma's activation goes through a table, one element at a time and in one thread.
_GELU_ELEMENTS_OF_A_NODE = 50
_GELU_ARCHITECTURES = "gemma"
# Half-precision rows are multiplied in steps of so many elements; the rest goes one by one.
_STEP_ELEMENTS = 64
# Of a recurrence's tensors these are multiplied as others are.
_STATE_PRODUCTS = ("in.weight", "x.weight", "dt.weight", "out.weight", "ba.weight")
_TYPE_IDS = {entry.name: type_id for type_id, entry in TENSOR_TYPES.items()}
_HALVES = frozenset({_TYPE_IDS["F16"], _TYPE_IDS["BF16"]})
_PLAIN = _HALVES | {_TYPE_IDS["F32"]}
# Rows of these are picked out, not multiplied.
_LOOKED_UP = ("token_embd.", "per_layer_token_embd.", "rope_", "position_embd.", "token_types.")


@dataclass(frozen=True, slots=True)
class TokenWork:
    """What generating one token takes.

    Attributes:
        bytes_by_type: Bytes of weights read, by tensor type.
        kv_bytes_by_token: Bytes of keys and values read for each token held already, in layers
            that look at all of them.
        window_bytes_by_token: The same in layers with a sliding window.
        window_tokens: Length of the window.
        state_bytes: Fixed states, read whole.
        nodes: Starts of products and passes over vectors, in passes.
        decays: Elements of states that decay each by its own rate.
        tails: Elements of weights that the processor's vectors leave over.
        attended_by_token: Elements of keys and values that query heads look at, for each token
            held already, in layers that look at all of them.
        attended_by_window_token: The same in layers with a sliding window.
        expert_bytes: All experts of a mixture, of which a token reads those that work on it.
    """

    bytes_by_type: Mapping[int, int]
    kv_bytes_by_token: float
    window_bytes_by_token: float
    window_tokens: int
    state_bytes: int
    nodes: int
    decays: int = 0
    tails: int = 0
    attended_by_token: int = 0
    attended_by_window_token: int = 0
    expert_bytes: int = 0

    @property
    def weight_bytes(self) -> int:
        """Bytes of weights read for one token."""
        return sum(self.bytes_by_type.values())

    def kv_bytes(self, depth_tokens: int) -> float:
        """Bytes of keys and values read with so many tokens held."""
        in_window = min(depth_tokens, self.window_tokens)
        return self.kv_bytes_by_token * depth_tokens + self.window_bytes_by_token * in_window

    def attended(self, depth_tokens: int) -> int:
        """Elements of keys and values that query heads look at with so many tokens held."""
        in_window = min(depth_tokens, self.window_tokens)
        return self.attended_by_token * depth_tokens + self.attended_by_window_token * in_window

    def total_bytes(self, depth_tokens: int = 0) -> float:
        """All bytes read for one token."""
        return self.weight_bytes + self.kv_bytes(depth_tokens) + self.state_bytes


def token_work(
    tensors: Iterable[TensorInfo], model: ModelFile, engine: EngineSettings = USUAL_ENGINE
) -> TokenWork:
    """Sum up what one token takes.

    Of the experts only those count that work on one token. The embeddings count where they are
    the output matrix too; else one row of them is read.

    Args:
        tensors: Of all shards.
        model: Their model.
        engine: How it is loaded.
    """
    found = list(tensors)
    tied = all(tensor.name != "output.weight" for tensor in found)
    by_type: dict[int, int] = {}
    expert_bytes = 0
    for tensor in found:
        if tensor.name.startswith(_LOOKED_UP) and not (tied and tensor.name == "token_embd.weight"):
            continue
        n_bytes = tensor.n_bytes
        if 0 < model.expert_used_count < model.expert_count and EXPERTS.match(tensor.name):
            expert_bytes += n_bytes
            n_bytes = n_bytes * model.expert_used_count // model.expert_count
        by_type[tensor.type_id] = by_type.get(tensor.type_id, 0) + n_bytes
    key_bytes, value_bytes = (
        TENSOR_TYPES[_TYPE_IDS[kv_type.upper()]].bits_per_weight / 8 for kv_type in engine.kv_types
    )
    of_a_token = {True: 0.0, False: 0.0}
    for layer in model.attention.layers:
        read = layer.key_width * key_bytes + layer.value_width * value_bytes
        of_a_token[layer.has_window] += read
    return TokenWork(
        bytes_by_type=by_type,
        kv_bytes_by_token=of_a_token[False],
        window_bytes_by_token=of_a_token[True],
        window_tokens=model.sliding_window or 0,
        state_bytes=model.attention.state_bytes,
        nodes=_NODES_OF_A_LAYER * model.block_count
        + _NODES_OF_AN_ATTENTION * sum(layer.key_width > 0 for layer in model.attention.layers)
        + sum(_nodes_of(tensor, model) for tensor in found),
        decays=sum(
            tensor.n_elements
            for tensor in found
            if tensor.name.endswith(".ssm_a") and max(tensor.dimensions[:1], default=0) > 1
        ),
        tails=sum(_tails_of(tensor, model) for tensor in found),
        attended_by_token=_attended(model, has_window=False),
        attended_by_window_token=_attended(model, has_window=True),
        expert_bytes=expert_bytes,
    )


def _attended(model: ModelFile, *, has_window: bool) -> int:
    shape = model.attention
    heads = sum(
        n_heads
        for n_heads, layer in zip(shape.head_counts, shape.layers, strict=True)
        if layer.key_width > 0 and layer.has_window is has_window
    )
    return heads * (shape.key_length + shape.value_length)


def _nodes_of(tensor: TensorInfo, model: ModelFile) -> int:
    if "norm" in tensor.name:
        return _NODES_OF_A_NORM
    if "ssm_conv1d.weight" in tensor.name:
        return _NODES_OF_A_RECURRENCE
    matrices = _matrices(tensor, model)
    if matrices > 1 and not EXPERTS.match(tensor.name):
        return _NODES_OF_A_HEAD * matrices
    of_one = _NODES_OF_A_PLAIN_PRODUCT if tensor.type_id in _PLAIN else _NODES_OF_A_PRODUCT
    nodes = of_one * matrices
    if not nodes:
        return 0 if tensor.name.startswith(_LOOKED_UP) else 1
    if "ffn_gate_inp." in tensor.name:
        nodes += _NODES_OF_A_CHOICE
    if ".ffn_gate." in tensor.name and model.architecture.startswith(_GELU_ARCHITECTURES):
        nodes += tensor.dimensions[1] // _GELU_ELEMENTS_OF_A_NODE
    return nodes


def _matrices(tensor: TensorInfo, model: ModelFile) -> int:
    """How many matrices of a tensor one token is multiplied with, each by itself."""
    name = tensor.name
    if len(tensor.dimensions) < 2 or "norm" in name:
        return 0
    if ".ssm_" in name and not name.endswith(_STATE_PRODUCTS):
        return 0
    if name.startswith(_LOOKED_UP) and name != "token_embd.weight":
        return 0
    count = math.prod(tensor.dimensions[2:])
    return min(count, model.expert_used_count) if EXPERTS.match(name) else count


def _tails_of(tensor: TensorInfo, model: ModelFile) -> int:
    matrices = _matrices(tensor, model)
    if not matrices or tensor.type_id not in _HALVES:
        return 0
    return tensor.dimensions[0] % _STEP_ELEMENTS * tensor.dimensions[1] * matrices
