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
    """

    context_tokens: int | None = None
    threads: int | None = None
    gpu_layers: int | None = None
    kv_type: KvType = KvType.F16
    flash_attention: FlashAttention = FlashAttention.AUTO
    value_type: KvType | None = None
    experts: int | None = None
    cpu_experts: int | None = None

    @property
    def kv_types(self) -> tuple[KvType, KvType]:
        """Formats of cached keys and values."""
        return self.kv_type, self.value_type or self.kv_type

    def load_key(self) -> tuple[object, ...]:
        """What must be equal for a loaded engine to serve these settings."""
        return msgspec.structs.astuple(msgspec.structs.replace(self, threads=None))


USUAL_ENGINE = EngineSettings()
"""What an engine gets where nobody set anything."""


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
