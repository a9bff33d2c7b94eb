"""Where a candidate's model lies and how it is computed there, in words."""

from __future__ import annotations

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.setting import (
    NotationError,
    Setting,
    amount,
    as_float,
    choice,
    count,
    of_engine,
    plainly,
)
from app.core.candidates.settings import (
    BOUNDS,
    MOST_DEVICES,
    EngineSettings,
    RopeScaling,
    SplitMode,
)
from app.core.words.sentence import say, worded

_SEPARATOR = "/"
_ON_OFF = {"on": True, "off": False}
_MOST_NAME = 64


def check_devices(engine: EngineSettings) -> None:
    """Refuse what could not have been typed, wherever the settings come from.

    Raises:
        NotationError: llama.cpp would abort over it, or take it for something else.
    """
    candidate = Candidate(LocalFile(""), engine)
    for setting in DEVICE_SETTINGS:
        for value in setting.typed(candidate, False):
            setting.set(candidate, value)


def _devices(value: str) -> tuple[str, ...]:
    names = tuple(value.split(_SEPARATOR))
    sound = all(name and name.isprintable() and len(name) <= _MOST_NAME for name in names)
    if not sound or "," in value or len(set(names)) < len(names) or len(names) > MOST_DEVICES:
        raise NotationError(say("compare.setting_devices", value=value))
    return names


def _shares(value: str) -> tuple[float, ...]:
    found = [as_float(word) for word in value.split(_SEPARATOR)]
    shares = tuple(share for share in found if share is not None)
    if len(shares) < len(found) or len(found) > MOST_DEVICES or not sum(shares) > 0:
        raise NotationError(say("compare.setting_shares", value=value))
    return shares


def _told_split(split: SplitMode) -> str:
    match split:
        case SplitMode.NONE:
            return worded("compare.told_split_none")
        case SplitMode.LAYER:
            return worded("compare.told_split_layer")
        case SplitMode.ROW:
            return worded("compare.told_split_row")


def _most(field: str) -> int:
    return int(BOUNDS[field][1])


DEVICE_SETTINGS: tuple[Setting, ...] = (
    of_engine(
        "devices",
        "devices",
        _devices,
        _SEPARATOR.join,
        lambda names: worded("compare.told_devices", names=" + ".join(names)),
    ),
    choice("split", "split", {mode.value: mode for mode in SplitMode}, _told_split),
    of_engine(
        "shares",
        "shares",
        _shares,
        lambda shares: _SEPARATOR.join(map(plainly, shares)),
        lambda shares: worded("compare.told_shares", shares=" : ".join(map(plainly, shares))),
    ),
    count(
        "main",
        "main_device",
        _most("main_device"),
        lambda n: worded("compare.told_main_device", n=n),
        least=0,
    ),
    choice(
        "kv-on",
        "kv_on_cpu",
        {"cpu": True, "gpu": False},
        lambda _: worded("compare.told_kv_on_cpu"),
    ),
    count(
        "batch",
        "batch_tokens",
        _most("batch_tokens"),
        lambda n: worded("compare.told_batch", n=n),
    ),
    count(
        "ubatch",
        "micro_batch_tokens",
        _most("micro_batch_tokens"),
        lambda n: worded("compare.told_micro_batch", n=n),
    ),
    choice("mmap", "maps_file", _ON_OFF, lambda _: worded("compare.told_no_mmap")),
    choice("mlock", "locks_memory", _ON_OFF, lambda _: worded("compare.told_mlock")),
    choice(
        "rope",
        "rope_scaling",
        {kind.value: kind for kind in RopeScaling},
        lambda kind: worded("compare.told_rope_scaling", kind=str(kind)),
    ),
    of_engine(
        "rope-base",
        "rope_base",
        lambda value: amount("rope-base", value, "rope_base"),
        plainly,
        lambda value: worded("compare.told_rope_base", n=f"{value:g}"),
    ),
    of_engine(
        "rope-scale",
        "rope_scale",
        lambda value: amount("rope-scale", value, "rope_scale"),
        plainly,
        lambda value: worded("compare.told_rope_scale", n=f"{value:g}"),
    ),
)
"""In the order in which they are told."""
