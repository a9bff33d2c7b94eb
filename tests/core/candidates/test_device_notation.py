"""Devices, memory and positions in words, of the kinds in app.core.candidates.setting."""

from __future__ import annotations

import pytest

from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.device_notation import check_devices
from app.core.candidates.notation import told_devices, told_settings, with_settings, words_of
from app.core.candidates.setting import NotationError
from app.core.candidates.settings import EngineSettings, RopeScaling, SplitMode

SKY = candidate_of("sky.gguf")
TYPED = (
    "devices=CUDA0/CUDA1,split=row,shares=3/1.5,main=1,kv-on=cpu,batch=1024,ubatch=256,mmap=off,"
    "mlock=on,rope=yarn,rope-base=500000,rope-scale=4"
)
ALL = EngineSettings(
    devices=("CUDA0", "CUDA1"),
    split=SplitMode.ROW,
    shares=(3, 1.5),
    main_device=1,
    kv_on_cpu=True,
    batch_tokens=1024,
    micro_batch_tokens=256,
    maps_file=False,
    locks_memory=True,
    rope_scaling=RopeScaling.YARN,
    rope_base=500_000,
    rope_scale=4,
)


def test_every_setting_can_be_typed_and_is_told() -> None:
    found = with_settings(SKY, TYPED)

    assert found == Candidate(SKY.source, ALL)
    assert words_of(found) == f"sky.gguf#{TYPED}"
    assert told_devices(found) == (
        "on CUDA0 + CUDA1, split by rows, shares 3 : 1.5, main device 1, KV cache in the PC's "
        "memory, prompts in slices of 1,024 tokens, 256 tokens computed at once, weights copied "
        "into memory, weights locked in memory, RoPE scaling yarn, RoPE base 500000, context "
        "stretched 4 times"
    )
    assert told_settings(found) == told_devices(found)
    check_devices(ALL)


def test_what_is_usual_is_not_set() -> None:
    assert with_settings(SKY, "kv-on=gpu,mmap=on,mlock=off") == SKY
    assert told_devices(SKY) == ""


def test_the_first_device_can_be_the_main_one() -> None:
    assert words_of(with_settings(SKY, "main=0")) == "sky.gguf#main=0"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            "devices=CUDA0/CUDA0",
            "devices=CUDA0/CUDA0: name each device once, with a / between them, as in "
            "devices=CUDA0/CUDA1.",
        ),
        ("devices=", "devices=: name each device once"),
        (
            "shares=0/0",
            "shares=0/0: shares are numbers with a / between them, one a device and not all 0, as "
            "in shares=3/1.",
        ),
        ("shares=1/-1", "shares=1/-1: shares are numbers"),
        ("shares=nan", "shares=nan: shares are numbers"),
        ("split=tensor", "split=tensor: split is one of none, layer, row."),
        ("main=16", "main=16: main is a number from 0 to 15."),
        ("kv-on=disk", "kv-on=disk: kv-on is one of cpu, gpu."),
        ("batch=0", "batch=0: batch is a number from 1 to 16,384."),
        ("ubatch=20000", "ubatch=20000: ubatch is a number from 1 to 16,384."),
        ("mlock=yes", "mlock=yes: mlock is one of on, off."),
        ("rope=dynamic", "rope=dynamic: rope is one of none, linear, yarn."),
        ("rope-base=0", "rope-base=0: rope-base is a number from 1 to 1,000,000,000."),
        ("rope-scale=1e999", "rope-scale=1e999: rope-scale is a number from 1 to 1,024."),
    ],
)
def test_what_cannot_be_is_said(settings: str, sentence: str) -> None:
    with pytest.raises(NotationError) as caught:
        with_settings(SKY, settings)
    assert str(caught.value.sentence).startswith(sentence)


@pytest.mark.parametrize(
    "engine",
    [
        EngineSettings(batch_tokens=0),
        EngineSettings(micro_batch_tokens=1 << 20),
        EngineSettings(shares=(float("nan"),)),
        EngineSettings(shares=(-1, 2)),
        EngineSettings(main_device=-1),
        EngineSettings(rope_scale=0.0),
        EngineSettings(rope_base=float("inf")),
    ],
)
def test_settings_from_elsewhere_are_checked_alike(engine: EngineSettings) -> None:
    with pytest.raises(NotationError):
        check_devices(engine)
