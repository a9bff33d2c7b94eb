from __future__ import annotations

import msgspec

from app.core.candidates.settings import (
    CHAT,
    COMPARE_GREEDY,
    PRESETS,
    EngineSettings,
    FlashAttention,
    KvType,
    SamplingSettings,
)


def test_the_defaults_are_those_of_the_command_line() -> None:
    assert (COMPARE_GREEDY.temperature, COMPARE_GREEDY.seed, COMPARE_GREEDY.max_tokens) == (
        0.0,
        1,
        256,
    )
    assert (EngineSettings().kv_type, EngineSettings().flash_attention) == (
        KvType.F16,
        FlashAttention.AUTO,
    )


def test_the_two_presets() -> None:
    assert {"Compare (greedy)": COMPARE_GREEDY, "Chat": CHAT} == PRESETS
    assert CHAT.temperature > 0
    assert CHAT.seed is None
    assert CHAT.repeat_penalty == 1.0  # today's models need none, and code and tables suffer


def test_only_what_the_model_is_loaded_with_needs_a_reload() -> None:
    settings = EngineSettings()
    same = msgspec.structs.replace(settings, threads=7)
    others = [
        msgspec.structs.replace(settings, context_tokens=512),
        msgspec.structs.replace(settings, gpu_layers=0),
        msgspec.structs.replace(settings, kv_type=KvType.Q8_0),
        msgspec.structs.replace(settings, flash_attention=FlashAttention.OFF),
    ]

    assert same.load_key() == settings.load_key()
    assert all(other.load_key() != settings.load_key() for other in others)


def test_settings_of_a_newer_version_can_be_read() -> None:
    text = b'{"temperature": 0.5, "entropy": 3}'

    assert msgspec.json.decode(text, type=SamplingSettings) == SamplingSettings(temperature=0.5)
