"""How an engine is loaded and how it samples; the two presets."""

from __future__ import annotations

from enum import StrEnum

import msgspec

DEFAULT_CONTEXT_TOKENS = 4096
CONTEXT_STEP_TOKENS = 256
"""llama.cpp makes contexts of whole steps: one step is the smallest that there is."""
SLICE_TOKENS = 128
"""Every text is read in slices of so many tokens, whatever the PC's speed: llama.cpp computes a
slice of 64 and more tokens with other kernels than a shorter one, and rounds otherwise there. Of a
vocabulary of 150,000 a slice's logits are 77 MB."""
DEFAULT_MAX_TOKENS = 256
ALL_LAYERS = 1 << 16
"""More layers than any model has: all of them."""
MOST_THREADS = 512
"""ggml's own limit; it aborts above."""
MOST_SEED = (1 << 32) - 2
"""The next number asks llama.cpp for a seed of its own choice."""


class FlashAttention(StrEnum):
    """Whether llama.cpp uses its fused attention kernels."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class KvType(StrEnum):
    """The number format of the KV cache, keys and values alike."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    Q8_0 = "q8_0"
    Q5_1 = "q5_1"
    Q5_0 = "q5_0"
    Q4_1 = "q4_1"
    Q4_0 = "q4_0"


class SplitMode(StrEnum):
    """How a model is spread over several devices."""

    NONE = "none"
    LAYER = "layer"
    ROW = "row"


class RopeScaling(StrEnum):
    """How positions beyond what a model was trained for are told."""

    NONE = "none"
    LINEAR = "linear"
    YARN = "yarn"


BATCH_TOKENS = 512
"""Most tokens that are computed at once where nothing is set."""
BOUNDS: dict[str, tuple[float, float]] = {
    "batch_tokens": (1, 16_384),
    "micro_batch_tokens": (1, 16_384),
    "main_device": (0, 15),
    "rope_base": (1, 1e9),
    "rope_scale": (1, 1024),
}
"""The least and the most of settings that llama.cpp takes unseen, or aborts over."""
MOST_DEVICES = 16
"""llama.cpp's own limit."""


class EngineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """What a load needs beside the model file; a change means a reload, except of threads.

    Attributes:
        context_tokens: Size of the context, raised to a whole step; None means min(4096, what the
            model allows).
        threads: Threads while generating; None lets the pool divide the physical cores.
        gpu_layers: Layers on a GPU; None means all of them where there is a GPU, else none.
        kv_type: Format of the KV cache: of its keys, and of its values where they have no own.
        flash_attention: Fused attention: auto, on or off.
        value_type: Format of the cached values; None takes that of the keys.
        experts: Experts of a mixture that work on one token; None takes what the file says.
        cpu_experts: Layers, from the first, whose experts stay in the PC's memory where a GPU has
            the rest; None leaves them to llama.cpp.
        devices: The GPUs that take part, by llama.cpp's names and in this order; none for all.
        split: How they share the model; None takes llama.cpp's way, by layers.
        shares: How much of it each gets, in proportion; none for what is free on each.
        main_device: Which of them, from 0, has the whole where nothing is split, and the small
            things else; None takes the first.
        kv_on_cpu: The KV cache, and the attention with it, stay with the processor.
        batch_tokens: Tokens of a prompt that are handed over at once; None takes
            :data:`SLICE_TOKENS`.
        micro_batch_tokens: Of those, how many are computed at once; None takes all, up to
            :data:`BATCH_TOKENS`. Buffers grow with it.
        maps_file: The weights are looked at where the file lies in memory; else they are copied.
        locks_memory: The system may not move the weights out of memory.
        rope_scaling: How longer contexts than trained for are made; None takes the file's way.
        rope_base: Base of the positions' frequencies; None takes the file's.
        rope_scale: How many times its context a model is stretched; None takes the file's.
    """

    context_tokens: int | None = None
    threads: int | None = None
    gpu_layers: int | None = None
    kv_type: KvType = KvType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO
    value_type: KvType | None = None
    experts: int | None = None
    cpu_experts: int | None = None
    devices: tuple[str, ...] = ()
    split: SplitMode | None = None
    shares: tuple[float, ...] = ()
    main_device: int | None = None
    kv_on_cpu: bool = False
    batch_tokens: int | None = None
    micro_batch_tokens: int | None = None
    maps_file: bool = True
    locks_memory: bool = False
    rope_scaling: RopeScaling | None = None
    rope_base: float | None = None
    rope_scale: float | None = None

    @property
    def kv_types(self) -> tuple[KvType, KvType]:
        """Formats of cached keys and values."""
        return self.kv_type, self.value_type or self.kv_type

    @property
    def computed_tokens(self) -> int:
        """Most tokens that are computed at once."""
        batch = self.batch_tokens or BATCH_TOKENS
        return min(batch, self.micro_batch_tokens or BATCH_TOKENS)

    @property
    def spoken(self) -> EngineSettings:
        """The same without what changes speed and memory alone."""
        usual = {name: getattr(USUAL_ENGINE, name) for name in SPEED_ALONE}
        return msgspec.structs.replace(self, **usual)

    def load_key(self) -> tuple[object, ...]:
        """What must be equal for a loaded engine to serve these settings."""
        return msgspec.structs.astuple(msgspec.structs.replace(self, threads=None))


USUAL_ENGINE = EngineSettings()
"""What an engine gets where nobody set anything."""
SPEED_ALONE = ("threads", "batch_tokens", "micro_batch_tokens", "maps_file", "locks_memory")
"""Settings that change speed and memory alone: the same numbers are computed, by other means. What
is left of them is how sums are rounded, as with a draft."""


class SamplingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """How the next token is chosen.

    Attributes:
        temperature: 0 is greedy decoding: the likeliest token, always.
        top_k: Keep this many likeliest tokens; 0 keeps all.
        top_p: Keep the likeliest tokens up to this share of probability; 1 keeps all.
        min_p: Drop tokens less likely than this share of the likeliest; 0 keeps all.
        repeat_penalty: Divides the logits of the last 64 tokens; 1 is off.
        seed: Seed of the sampler; None takes a new one for each answer.
        max_tokens: End of an answer, thinking included.
        thinking: Thinking on or off where the template has a switch; None leaves it alone.
        thinking_limit_tokens: Thinking is closed after this many tokens; None is no limit.
    """

    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int | None = 1
    max_tokens: int = DEFAULT_MAX_TOKENS
    thinking: bool | None = None
    thinking_limit_tokens: int | None = None


COMPARE_GREEDY = SamplingSettings()
CHAT = SamplingSettings(temperature=0.8, seed=None, max_tokens=1024)
PRESETS: dict[str, SamplingSettings] = {"Compare (greedy)": COMPARE_GREEDY, "Chat": CHAT}


class CompareMode(StrEnum):
    """Whether panes answer one after another, alone on the machine, or all at once."""

    RACE = "race"
    TOGETHER = "together"
