"""What each layer of a model keeps in memory per token, as its header tells.

The rules of the families follow llama.cpp's loaders: which layers look at a sliding window only,
which share the cache of another layer, and which keep a state of fixed size instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.gguf import GgufHeader
from app.core.models.gguf_reader import damaged
from app.core.words.sentence import say

MAX_LAYERS = 512
"""llama.cpp's own limit."""

_STATE_ELEMENT_BYTES = 4
# A hundred times what the largest models keep for a token; in 64 bits even with 2³¹ tokens held.
_MAX_KEPT_ELEMENTS = 2**28
_STATE_ONLY = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
_STATE_BESIDE_ATTENTION = frozenset({"falcon-h1"})
_INTERVAL_HYBRIDS = frozenset({"qwen3next", "qwen35", "qwen35moe"})
_DEFAULT_FULL_INTERVAL = 4
# Every n-th layer attends to everything, the others to the window; and whether the full one
# comes first. A pattern in the file has precedence.
_WINDOW_PERIODS: dict[str, tuple[int, bool]] = {
    "afmoe": (4, False),
    "cohere2": (4, False),
    "cohere2moe": (4, True),
    "exaone-moe": (4, False),
    "exaone4": (4, False),
    "gemma2": (2, False),
    "gemma3": (6, False),
    "gemma3n": (5, False),
    "gpt-oss": (2, False),
    "laguna": (4, True),
    "llama4": (4, False),
    "mellum": (4, False),
    "muse-glimmer": (4, False),
    "olmo2": (4, False),
    "plamo3": (8, False),
    "smallthinker": (4, True),
}
_WINDOW_BY_ARRAY = frozenset({"gemma4", "mimo2", "step35", "granite_swa", "spark2_5", "maple"})
_DEFAULT_WINDOWS = {"gemma2": 4096, "llama4": 8192}
_GEMMA3N_LAYERS_WITH_CACHE = 20


@dataclass(frozen=True, slots=True)
class LayerCache:
    """What one layer keeps per token.

    Attributes:
        key_width: Elements of a key over all its heads; 0 where the layer keeps none.
        value_width: The same for a value; 0 also where the value is part of the key (MLA).
        has_window: Whether only the last ``AttentionShape.sliding_window`` tokens are kept.
    """

    key_width: int
    value_width: int
    has_window: bool


@dataclass(frozen=True, slots=True)
class AttentionShape:
    """Attention and state of a whole model.

    Attributes:
        head_counts: Query heads of each layer.
        key_length: Elements of one key head in layers without a window.
        value_length: Elements of one value head in such layers.
        sliding_window: Tokens that layers with a window look back, or None.
        layers: What each layer keeps per token.
        state_bytes: Size of the fixed states of one sequence, all layers together.
    """

    head_counts: tuple[int, ...]
    key_length: int
    value_length: int
    sliding_window: int | None
    layers: tuple[LayerCache, ...]
    state_bytes: int


class _Keys:
    """Hyperparameters of one architecture in a header."""

    def __init__(self, header: GgufHeader, architecture: str) -> None:
        self._header = header
        self._architecture = architecture

    def number(self, key: str, default: int = 0) -> int:
        value = self._header.count(f"{self._architecture}.{key}")
        return default if value is None else value

    def numbers(self, key: str) -> tuple[int, ...] | None:
        return self._header.counts(f"{self._architecture}.{key}")

    def tokens(self, key: str, default: int) -> int:
        value = self._header.tokens(f"{self._architecture}.{key}")
        return default if value is None else value

    def per_layer(self, key: str, n_layers: int, default: Sequence[int]) -> tuple[int, ...]:
        """A value for all layers, or an array with one for each."""
        array = self.numbers(key)
        if array is not None:
            given = array[:n_layers]
            return given + (0,) * (n_layers - len(given))
        value = self._header.count(f"{self._architecture}.{key}")
        return tuple(default) if value is None else (value,) * n_layers


def attention_shape(header: GgufHeader, architecture: str) -> AttentionShape:
    """Read the shape of attention and state out of a header.

    Raises:
        GgufError: The header claims more layers than llama.cpp can load, or an impossible shape.
    """
    keys = _Keys(header, architecture)
    n_layers = header.integer(f"{architecture}.block_count") or 0
    if n_layers > MAX_LAYERS:
        damaged(say("models.claims_layers", n_layers=n_layers))
    n_layers = max(0, n_layers)
    head_counts = keys.per_layer("attention.head_count", n_layers, (0,) * n_layers)
    kv_head_counts = keys.per_layer("attention.head_count_kv", n_layers, head_counts)
    most_heads = max(head_counts, default=0)
    default_length = keys.number("embedding_length") // most_heads if most_heads else 0
    key_length = keys.number("attention.key_length", default_length)
    value_length = keys.number("attention.value_length", default_length)
    window = keys.tokens("attention.sliding_window", _DEFAULT_WINDOWS.get(architecture, 0))
    windowed = _windowed_layers(keys, architecture, n_layers) if window else (False,) * n_layers
    stateful = _stateful_layers(keys, architecture, kv_head_counts)
    first_shared = _first_layer_without_own_cache(keys, architecture, n_layers)
    key_length_in_window = keys.number("attention.key_length_swa", key_length)
    value_length_in_window = keys.number("attention.value_length_swa", value_length)
    keeps_only_keys = bool(keys.number("attention.key_length_mla"))
    layers: list[LayerCache] = []
    for layer, (n_heads, has_window) in enumerate(zip(kv_head_counts, windowed, strict=True)):
        only_state = stateful[layer] and architecture not in _STATE_BESIDE_ATTENTION
        kept_heads = 0 if only_state or layer >= first_shared else n_heads
        key_width = kept_heads * (key_length_in_window if has_window else key_length)
        value_width = kept_heads * (value_length_in_window if has_window else value_length)
        layers.append(LayerCache(key_width, 0 if keeps_only_keys else value_width, has_window))
    state_elements = _state_elements(keys, architecture, most_heads) * sum(stateful)
    kept_elements = sum(layer.key_width + layer.value_width for layer in layers)
    if max(state_elements, kept_elements) > _MAX_KEPT_ELEMENTS:
        damaged(
            say("models.figures_attention_state_impossible"),
            detail=f"{kept_elements} elements a token, {state_elements} of state",
        )
    return AttentionShape(
        head_counts=head_counts,
        key_length=key_length,
        value_length=value_length,
        sliding_window=window or None,
        layers=tuple(layers),
        state_bytes=state_elements * _STATE_ELEMENT_BYTES,
    )


def _windowed_layers(keys: _Keys, architecture: str, n_layers: int) -> tuple[bool, ...]:
    known = architecture in _WINDOW_PERIODS or architecture in _WINDOW_BY_ARRAY
    pattern = keys.numbers("attention.sliding_window_pattern") if known else None
    if pattern is not None:
        flags = tuple(bool(flag) for flag in pattern[:n_layers])
        return flags + (False,) * (n_layers - len(flags))
    if architecture not in _WINDOW_PERIODS:
        return (False,) * n_layers
    period, full_first = _WINDOW_PERIODS[architecture]
    period = keys.number("attention.sliding_window_pattern", period)
    if period == 0:
        return (True,) * n_layers
    full = 0 if full_first else period - 1
    return tuple(layer % period != full for layer in range(n_layers))


def _stateful_layers(
    keys: _Keys, architecture: str, kv_head_counts: tuple[int, ...]
) -> tuple[bool, ...]:
    n_layers = len(kv_head_counts)
    if architecture in _STATE_ONLY or architecture in _STATE_BESIDE_ATTENTION:
        return (True,) * n_layers
    if architecture in _INTERVAL_HYBRIDS:
        flags = keys.per_layer("attention.recurrent_layers", n_layers, ())
        if flags:
            return tuple(bool(flag) for flag in flags)
        interval = keys.number("full_attention_interval", _DEFAULT_FULL_INTERVAL) or 1
        return tuple((layer + 1) % interval != 0 for layer in range(n_layers))
    return tuple(n_heads == 0 for n_heads in kv_head_counts)


def _first_layer_without_own_cache(keys: _Keys, architecture: str, n_layers: int) -> int:
    if architecture == "gemma3n":
        return min(n_layers, _GEMMA3N_LAYERS_WITH_CACHE)
    return max(0, n_layers - keys.number("attention.shared_kv_layers"))


def _state_elements(keys: _Keys, architecture: str, n_heads: int) -> int:
    """Elements of the state of one layer, as llama.cpp lays it out."""
    embedding_length = keys.number("embedding_length")
    if wkv_head_size := keys.number("wkv.head_size"):
        shifts = 1 if architecture in {"rwkv6qwen2", "arwkv7"} else 2
        return embedding_length * (keys.number("token_shift_count", shifts) + wkv_head_size)
    if short_convolution := keys.number("shortconv.l_cache"):
        return embedding_length * (short_convolution - 1)
    kernel = keys.number("ssm.conv_kernel")
    if head_dimension := keys.number("kda.head_dim"):
        inner = n_heads * head_dimension
        return 3 * (kernel - 1 if kernel else 3) * inner + head_dimension * inner
    inner, state = keys.number("ssm.inner_size"), keys.number("ssm.state_size")
    groups = keys.number("ssm.group_count")
    return max(kernel - 1, 0) * (inner + 2 * groups * state) + state * inner
