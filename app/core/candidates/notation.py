"""Candidates in words: ``MODEL#key=value,key=value`` as a person types them, and as one reads them.

Each setting is one entry of :data:`SETTINGS`. A path that exists as typed is taken whole, ``#`` and
all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.adapters import MOST_ADAPTERS, MOST_STRENGTH, Adapter
from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import (
    ALL_LAYERS,
    MOST_THREADS,
    FlashAttention,
    KvType,
)
from app.core.chats.templates import WELL_KNOWN
from app.core.errors import PersonError
from app.core.text.shared_names import file_name
from app.core.words.sentence import English, chained, say, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_CONTEXT_TOKENS = 1 << 24
_MOST_LAYERS = 1 << 16
_MOST_EXPERTS = 1 << 16
_AUTO, _ALL = "auto", "all"
_STRENGTH = re.compile(
    r"(?P<path>.+)\*(?P<strength>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.DOTALL | re.IGNORECASE
)


class NotationError(PersonError):
    """What stands behind ``#`` is no setting; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a candidate in words.

    Attributes:
        key: What stands before the ``=``.
        set: The candidate with a value as typed; raises :class:`NotationError`.
        typed: Its values as they are typed, none where it is not set. Takes whether folders are
            left out.
        told: For people; empty where it is not set.
        is_list: It may stand several times.
    """

    key: str
    set: Callable[[Candidate, str], Candidate]
    typed: Callable[[Candidate, bool], Sequence[str]]
    told: Callable[[Candidate], str]
    is_list: bool = False


def split_words(word: str, exists: Callable[[str], bool]) -> tuple[str, str]:
    """What names the model, and the settings behind it; empty where there are none.

    Args:
        word: As typed.
        exists: Whether there is a file under this very path.
    """
    if exists(word):
        return word, ""
    model, sign, settings = word.rpartition("#")
    if not sign:
        return word, ""
    if not settings:
        raise NotationError(say("compare.setting_behind_sign_missing", word=word))
    return model, settings


def with_settings(candidate: Candidate, settings: str) -> Candidate:
    """The candidate with settings as typed, like ``kv=q8_0,ctx=8192``.

    Raises:
        NotationError: One of them is none.
    """
    seen: set[str] = set()
    for part in _NEXT.split(settings) if settings else ():
        key, _, value = part.partition("=")
        setting = _BY_KEY.get(key)
        if setting is None:
            raise NotationError(say("compare.setting_unknown", key=key, known=", ".join(_BY_KEY)))
        if key in seen and not setting.is_list:
            raise NotationError(say("compare.setting_set_twice", key=key, settings=settings))
        seen.add(key)
        candidate = setting.set(candidate, value)
    return candidate


def words_of(candidate: Candidate, name: str = "") -> str:
    """How a candidate is typed; without folders where a name of its file is given."""
    typed = ",".join(
        f"{setting.key}={value}"
        for setting in SETTINGS
        for value in setting.typed(candidate, bool(name))
    )
    name = name or candidate.path
    return f"{name}#{typed}" if typed else name


def is_sound(candidate: Candidate) -> bool:
    """Whether its settings could have been typed: they may come out of somebody else's report."""
    plain = Candidate(candidate.source)
    typed = words_of(candidate).removeprefix(candidate.path).removeprefix("#")
    try:
        return with_settings(plain, typed) == candidate
    except NotationError:
        return False


def told_settings(candidate: Candidate) -> str:
    """What is set, for people: “8,192 tokens of context, KV q8_0”; empty where nothing is."""
    found = [told for setting in SETTINGS if (told := setting.told(candidate))]
    return English(chained("program.list_comma", found)) if found else ""


def told_adapters(candidate: Candidate) -> str:
    """Its adapters by their files' names, with strengths that are not 1: “style.gguf × 0.5”."""
    return " + ".join(
        file_name(each.path) + (f" × {each.strength:g}" if each.strength != 1 else "")
        for each in candidate.adapters
    )


# --- values -----------------------------------------------------------------------------------


def _kv_types(value: str) -> tuple[KvType, KvType | None]:
    keys, sign, values = value.partition("/")
    allowed = [each.value for each in KvType]
    found = [KvType(_one_of("kv", each, allowed)) for each in ([keys, values] if sign else [keys])]
    return found[0], found[-1] if found[-1] is not found[0] else None


def _with_kv(candidate: Candidate, value: str) -> Candidate:
    keys, values = _kv_types(value)
    return _on_engine(candidate, kv_type=keys, value_type=values)


def _typed_kv(candidate: Candidate) -> str:
    keys, values = candidate.engine.kv_types
    if keys is not values:
        return f"{keys}/{values}"
    return "" if keys is KvType.F16 else keys.value


def _with_gpu(candidate: Candidate, value: str) -> Candidate:
    layers = None if value == _AUTO else _number("gpu", value, 0, _MOST_LAYERS, _AUTO)
    return _on_engine(candidate, gpu_layers=layers)


def _with_flash(candidate: Candidate, value: str) -> Candidate:
    chosen = _one_of("flash", value, [each.value for each in FlashAttention])
    return _on_engine(candidate, flash_attention=FlashAttention(chosen))


def _told_flash(candidate: Candidate) -> str:
    match candidate.engine.flash_attention:
        case FlashAttention.ON:
            return worded("compare.told_flash_on")
        case FlashAttention.OFF:
            return worded("compare.told_flash_off")
        case FlashAttention.AUTO:
            return ""


def _with_cpu_experts(candidate: Candidate, value: str) -> Candidate:
    is_all = value == _ALL
    layers = ALL_LAYERS if is_all else _number("cpu-experts", value, 1, ALL_LAYERS - 1, _ALL)
    return _on_engine(candidate, cpu_experts=layers)


def _told_cpu_experts(candidate: Candidate) -> str:
    match candidate.engine.cpu_experts:
        case None:
            return ""
        case n if n == ALL_LAYERS:
            return worded("compare.told_cpu_experts_all")
        case n:
            return worded("compare.told_cpu_experts", n=n)


def _with_template(candidate: Candidate, value: str) -> Candidate:
    chosen = _one_of("template", value, [template.id for template in WELL_KNOWN])
    return replace(candidate, template_id=chosen)


def _with_adapter(candidate: Candidate, value: str) -> Candidate:
    typed = _STRENGTH.fullmatch(value)
    path, strength = (typed["path"], float(typed["strength"])) if typed else (value, 1.0)
    if not path:
        raise NotationError(say("compare.setting_adapter_missing"))
    if abs(strength) > MOST_STRENGTH:
        most = f"{MOST_STRENGTH:g}"
        raise NotationError(say("compare.setting_adapter_strength", value=value, most=most))
    found = (*candidate.adapters, Adapter(path, strength))
    if len(found) > MOST_ADAPTERS:
        raise NotationError(say("compare.setting_adapters_many", most=MOST_ADAPTERS))
    return replace(candidate, adapters=found)


def _typed_adapters(candidate: Candidate, without_folders: bool) -> list[str]:
    return [
        (file_name(each.path) if without_folders else each.path) + _times(each)
        for each in candidate.adapters
    ]


def _times(adapter: Adapter) -> str:
    """As it is typed behind the path; a path that ends like a strength keeps its own."""
    plain = adapter.strength == 1 and not _STRENGTH.fullmatch(adapter.path)
    return "" if plain else f"*{adapter.strength!r}"


def _with_projector(candidate: Candidate, value: str) -> Candidate:
    if not value:
        raise NotationError(say("compare.setting_projector_missing"))
    return replace(candidate, projector=value)


def _typed_projector(candidate: Candidate, without_folders: bool) -> list[str]:
    path = candidate.projector
    return _if(file_name(path) if path and without_folders else path)


def _on_engine(candidate: Candidate, **changes: object) -> Candidate:
    return replace(candidate, engine=replace(candidate.engine, **changes))


def _one_of(key: str, value: str, allowed: list[str]) -> str:
    if value not in allowed:
        told = ", ".join(allowed)
        raise NotationError(say("compare.setting_not_one_of", key=key, value=value, allowed=told))
    return value


def _number(key: str, value: str, least: int, most: int, other: str = "") -> int:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 12 else None
    if number is None or not least <= number <= most:
        facts = {"key": key, "value": value, "least": str(least), "most": f"{most:,}"}
        if other:
            raise NotationError(say("compare.setting_not_number_or", **facts, other=other))
        raise NotationError(say("compare.setting_not_number", **facts))
    return number


def _if(value: object) -> list[str]:
    return [] if value in (None, "") else [str(value)]


def _count(key: str, field: str, most: int, told: Callable[[int], str]) -> Setting:
    """A number of the engine's settings that has no other values."""

    def value_of(candidate: Candidate) -> int | None:
        return getattr(candidate.engine, field)

    def told_of(candidate: Candidate) -> str:
        value = value_of(candidate)
        return "" if value is None else told(value)

    return Setting(
        key,
        lambda candidate, value: _on_engine(candidate, **{field: _number(key, value, 1, most)}),
        lambda candidate, _: _if(value_of(candidate)),
        told_of,
    )


SETTINGS = (
    _count(
        "ctx", "context_tokens", MOST_CONTEXT_TOKENS, lambda n: worded("compare.told_context", n=n)
    ),
    Setting(
        "kv",
        _with_kv,
        lambda candidate, _: _if(_typed_kv(candidate)),
        lambda candidate: f"KV {kv}" if (kv := _typed_kv(candidate)) else "",
    ),
    _count("threads", "threads", MOST_THREADS, lambda n: worded("compare.told_threads", n=n)),
    Setting(
        "gpu",
        _with_gpu,
        lambda candidate, _: _if(candidate.engine.gpu_layers),
        lambda candidate: (
            ""
            if (n := candidate.engine.gpu_layers) is None
            else worded("compare.told_gpu_layers", n=n)
        ),
    ),
    Setting(
        "flash",
        _with_flash,
        lambda candidate, _: (
            []
            if (flash := candidate.engine.flash_attention) is FlashAttention.AUTO
            else [flash.value]
        ),
        _told_flash,
    ),
    _count("experts", "experts", _MOST_EXPERTS, lambda n: worded("compare.told_experts", n=n)),
    Setting(
        "cpu-experts",
        _with_cpu_experts,
        lambda candidate, _: _if(
            _ALL if candidate.engine.cpu_experts == ALL_LAYERS else candidate.engine.cpu_experts
        ),
        _told_cpu_experts,
    ),
    Setting(
        "template",
        _with_template,
        lambda candidate, _: _if(candidate.template_id),
        lambda candidate: (
            ""
            if candidate.template_id is None
            else worded("compare.told_template", id=candidate.template_id)
        ),
    ),
    Setting(
        "lora",
        _with_adapter,
        _typed_adapters,
        lambda candidate: (
            worded("compare.told_adapters", names=told_adapters(candidate))
            if candidate.adapters
            else ""
        ),
        is_list=True,
    ),
    Setting(
        "mmproj",
        _with_projector,
        _typed_projector,
        lambda candidate: (
            worded("compare.told_projector", name=file_name(candidate.projector))
            if candidate.projector
            else ""
        ),
    ),
)
"""In the order in which they are told."""
_BY_KEY = {setting.key: setting for setting in SETTINGS}
# Where the next setting begins: a path may hold a comma.
_NEXT = re.compile(rf",(?=(?:{'|'.join(_BY_KEY)})=)")
