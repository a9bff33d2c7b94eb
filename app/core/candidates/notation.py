"""Candidates in words: ``MODEL#key=value,key=value`` as a person types them, and as one reads them.

``ctx=8192``, ``kv=q8_0``, ``threads=4``, ``gpu=20`` or ``gpu=auto``, ``flash=on|off|auto``,
``template=ID``, ``lora=PATH`` or ``lora=PATH*0.5`` (as often as wanted). A path that exists as
typed is taken whole, ``#`` and all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.adapters import MOST_ADAPTERS, MOST_STRENGTH, Adapter
from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import MOST_THREADS, FlashAttention, KvType
from app.core.chats.templates import WELL_KNOWN
from app.core.errors import PersonError
from app.core.text.shared_names import file_name
from app.core.words.sentence import English, chained, say, worded

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_CONTEXT_TOKENS = 1 << 24
_MOST_LAYERS = 1 << 16
_AUTO = "auto"
_LORA = "lora"
_KEYS = ("ctx", "kv", "threads", "gpu", "flash", "template", _LORA)
# Where the next setting begins: a path may hold a comma.
_NEXT = re.compile(rf",(?=(?:{'|'.join(_KEYS)})=)")
_STRENGTH = re.compile(
    r"(?P<path>.+)\*(?P<strength>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.DOTALL | re.IGNORECASE
)


class NotationError(PersonError):
    """What stands behind ``#`` is no setting; the sentence says what is wrong."""


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
        if key in seen and key != _LORA:
            raise NotationError(say("compare.setting_set_twice", key=key, settings=settings))
        seen.add(key)
        candidate = _changed(candidate, key, value)
    return candidate


def words_of(candidate: Candidate, name: str = "") -> str:
    """How a candidate is typed; without folders where a name of its file is given."""
    engine = candidate.engine
    found = {
        "ctx": engine.context_tokens,
        "kv": None if engine.kv_type is KvType.F16 else engine.kv_type.value,
        "threads": engine.threads,
        "gpu": engine.gpu_layers,
        "flash": None
        if engine.flash_attention is FlashAttention.AUTO
        else engine.flash_attention.value,
        "template": candidate.template_id,
    }
    words = [f"{key}={value}" for key, value in found.items() if value is not None]
    words += [
        f"{_LORA}={file_name(each.path) if name else each.path}{_times(each)}"
        for each in candidate.adapters
    ]
    typed = ",".join(words)
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
    """What is set, for people: “KV q8_0, 8,192 tokens of context”; empty where nothing is."""
    engine = candidate.engine
    found: list[str] = []
    if engine.kv_type is not KvType.F16:
        found.append(f"KV {engine.kv_type}")
    if engine.context_tokens is not None:
        found.append(worded("compare.told_context", n=engine.context_tokens))
    if engine.threads is not None:
        found.append(worded("compare.told_threads", n=engine.threads))
    if engine.gpu_layers is not None:
        found.append(worded("compare.told_gpu_layers", n=engine.gpu_layers))
    if engine.flash_attention is FlashAttention.ON:
        found.append(worded("compare.told_flash_on"))
    elif engine.flash_attention is FlashAttention.OFF:
        found.append(worded("compare.told_flash_off"))
    if candidate.template_id is not None:
        found.append(worded("compare.told_template", id=candidate.template_id))
    if candidate.adapters:
        found.append(worded("compare.told_adapters", names=told_adapters(candidate)))
    return English(chained("program.list_comma", found)) if found else ""


def told_adapters(candidate: Candidate) -> str:
    """Its adapters by their files' names, with strengths that are not 1: “style.gguf × 0.5”."""
    return " + ".join(
        file_name(each.path) + (f" × {each.strength:g}" if each.strength != 1 else "")
        for each in candidate.adapters
    )


def _changed(candidate: Candidate, key: str, value: str) -> Candidate:
    engine = candidate.engine
    match key:
        case "ctx":
            tokens = _number(key, value, 1, MOST_CONTEXT_TOKENS)
            engine = replace(engine, context_tokens=tokens)
        case "kv":
            engine = replace(engine, kv_type=_kv_type(value))
        case "threads":
            engine = replace(engine, threads=_number(key, value, 1, MOST_THREADS))
        case "gpu":
            layers = None if value == _AUTO else _number(key, value, 0, _MOST_LAYERS, _AUTO)
            engine = replace(engine, gpu_layers=layers)
        case "flash":
            chosen = _one_of(key, value, [each.value for each in FlashAttention])
            engine = replace(engine, flash_attention=FlashAttention(chosen))
        case "template":
            chosen = _one_of(key, value, [template.id for template in WELL_KNOWN])
            return replace(candidate, template_id=chosen)
        case "lora":
            return replace(candidate, adapters=_with_adapter(candidate, value))
        case _:
            raise NotationError(say("compare.setting_unknown", key=key, known=", ".join(_KEYS)))
    return replace(candidate, engine=engine)


def _with_adapter(candidate: Candidate, value: str) -> tuple[Adapter, ...]:
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
    return found


def _times(adapter: Adapter) -> str:
    """As it is typed behind the path; a path that ends like a strength keeps its own."""
    plain = adapter.strength == 1 and not _STRENGTH.fullmatch(adapter.path)
    return "" if plain else f"*{adapter.strength!r}"


def _kv_type(value: str) -> KvType:
    keys, sign, values = value.partition("/")
    if sign and keys != values:
        raise NotationError(
            say("compare.setting_kv_one_type", value=value, keys=keys, values=values)
        )
    return KvType(_one_of("kv", keys, [each.value for each in KvType]))


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
