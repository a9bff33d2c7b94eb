"""Candidates in words: ``MODEL#key=value,key=value`` as a person types them, and as one reads them.

Each setting is one entry of :data:`SETTINGS`. A path that exists as typed is taken whole, ``#`` and
all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from app.core.candidates.adapters import MOST_ADAPTERS, MOST_STRENGTH, Adapter
from app.core.candidates.candidate import Candidate
from app.core.candidates.device_notation import DEVICE_SETTINGS
from app.core.candidates.drafts import MOST_DRAFT_TOKENS, NGRAM, USUAL_DRAFT_TOKENS, Draft
from app.core.candidates.setting import (
    NotationError,
    Setting,
    choice,
    count,
    if_set,
    number,
    of_engine,
    on_engine,
    one_of,
)
from app.core.candidates.settings import (
    ALL_LAYERS,
    MOST_THREADS,
    FlashAttention,
    KvType,
)
from app.core.chats.templates import WELL_KNOWN
from app.core.text.shared_names import file_name
from app.core.words.sentence import English, chained, say, worded

MOST_CONTEXT_TOKENS = 1 << 24
_MOST_LAYERS = 1 << 16
_MOST_EXPERTS = 1 << 16
_AUTO, _ALL = "auto", "all"
_STRENGTH = re.compile(
    r"(?P<path>.+)\*(?P<strength>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)", re.DOTALL | re.IGNORECASE
)


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
    for part in parts_of(settings):
        key, _, value = part.partition("=")
        setting = _BY_KEY.get(key)
        if setting is None:
            raise NotationError(say("compare.setting_unknown", key=key, known=", ".join(_BY_KEY)))
        if key in seen and not setting.is_list:
            raise NotationError(say("compare.setting_set_twice", key=key, settings=settings))
        seen.add(key)
        candidate = setting.set(candidate, value)
    return candidate


def parts_of(settings: str) -> list[str]:
    """Settings as typed, one by one: a path may hold a comma."""
    return _NEXT.split(settings) if settings else []


def words_of(candidate: Candidate, name: str = "") -> str:
    """How a candidate is typed; without folders where a name of its file is given."""
    typed = ",".join(
        f"{setting.key}={value}"
        for setting in SETTINGS
        for value in setting.typed(candidate, bool(name))
    )
    name = name or candidate.place
    return f"{name}#{typed}" if typed else name


def is_sound(candidate: Candidate) -> bool:
    """Whether its settings could have been typed: they may come out of somebody else's report."""
    plain = Candidate(candidate.source)
    if candidate.server is not None:
        return candidate.is_plain
    typed = words_of(candidate).removeprefix(candidate.place).removeprefix("#")
    try:
        return with_settings(plain, typed) == candidate
    except NotationError:
        return False


def told_settings(candidate: Candidate) -> str:
    """What is set, for people: “8,192 tokens of context, KV q8_0”; empty where nothing is."""
    return _told(candidate, SETTINGS)


def told_devices(candidate: Candidate) -> str:
    """Of that, what is set of devices, memory, batches and positions."""
    return _told(candidate, DEVICE_SETTINGS)


def _told(candidate: Candidate, settings: tuple[Setting, ...]) -> str:
    found = [told for setting in settings if (told := setting.told(candidate))]
    return English(chained("program.list_comma", found)) if found else ""


def told_draft(candidate: Candidate) -> str:
    """What proposes its tokens: a file's name, or that it is the text itself; empty for nothing."""
    if candidate.draft is None:
        return ""
    return file_name(candidate.draft.path) or worded("compare.told_ngram")


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
    found = [KvType(one_of("kv", each, allowed)) for each in ([keys, values] if sign else [keys])]
    return found[0], found[-1] if found[-1] is not found[0] else None


def _with_kv(candidate: Candidate, value: str) -> Candidate:
    keys, values = _kv_types(value)
    return on_engine(candidate, kv_type=keys, value_type=values)


def _typed_kv(candidate: Candidate) -> str:
    keys, values = candidate.engine.kv_types
    if keys is not values:
        return f"{keys}/{values}"
    return "" if keys is KvType.F16 else keys.value


def _gpu_layers(value: str) -> int | None:
    return None if value == _AUTO else number("gpu", value, 0, _MOST_LAYERS, _AUTO)


def _told_flash(flash: FlashAttention) -> str:
    on = flash is FlashAttention.ON
    return worded("compare.told_flash_on") if on else worded("compare.told_flash_off")


def _cpu_experts(value: str) -> int:
    if value == _ALL:
        return ALL_LAYERS
    return number("cpu-experts", value, 1, ALL_LAYERS - 1, _ALL)


def _told_cpu_experts(layers: int) -> str:
    if layers == ALL_LAYERS:
        return worded("compare.told_cpu_experts_all")
    return worded("compare.told_cpu_experts", n=layers)


def _with_template(candidate: Candidate, value: str) -> Candidate:
    chosen = one_of("template", value, [template.id for template in WELL_KNOWN])
    return replace(candidate, template_id=chosen)


def parse_adapter(value: str) -> Adapter:
    """An adapter as it is typed: its path, and behind a ``*`` its strength where it is not 1.

    Raises:
        NotationError: There is no path, or the strength is beyond any use.
    """
    typed = _STRENGTH.fullmatch(value)
    path, strength = (typed["path"], float(typed["strength"])) if typed else (value, 1.0)
    if not path:
        raise NotationError(say("compare.setting_adapter_missing"))
    if abs(strength) > MOST_STRENGTH:
        most = f"{MOST_STRENGTH:g}"
        raise NotationError(say("compare.setting_adapter_strength", value=value, most=most))
    return Adapter(path, strength)


def check_number(adapters: Sequence[Adapter]) -> None:
    """Raise NotationError where there are more adapters than can be used at once."""
    if len(adapters) > MOST_ADAPTERS:
        raise NotationError(say("compare.setting_adapters_many", most=MOST_ADAPTERS))


def _with_adapter(candidate: Candidate, value: str) -> Candidate:
    found = (*candidate.adapters, parse_adapter(value))
    check_number(found)
    return replace(candidate, adapters=found)


def _typed_adapters(candidate: Candidate, without_folders: bool) -> list[str]:
    return [typed_adapter(each, without_folders=without_folders) for each in candidate.adapters]


def typed_adapter(adapter: Adapter, *, without_folders: bool = False) -> str:
    """As it is typed; a path that ends like a strength keeps its own."""
    plain = adapter.strength == 1 and not _STRENGTH.fullmatch(adapter.path)
    path = file_name(adapter.path) if without_folders else adapter.path
    return path if plain else f"{path}*{adapter.strength!r}"


def _with_projector(candidate: Candidate, value: str) -> Candidate:
    if not value:
        raise NotationError(say("compare.setting_projector_missing"))
    return replace(candidate, projector=value)


def _with_draft(candidate: Candidate, value: str) -> Candidate:
    if not value:
        raise NotationError(say("compare.setting_draft_missing"))
    return replace(candidate, draft=Draft("" if value == NGRAM else value))


def _typed_draft(candidate: Candidate, without_folders: bool) -> list[str]:
    draft = candidate.draft
    if draft is None:
        return []
    return [(file_name(draft.path) if without_folders else draft.path) or NGRAM]


def _with_draft_tokens(candidate: Candidate, value: str) -> Candidate:
    most_tokens = number("draft-max", value, 1, MOST_DRAFT_TOKENS)
    if candidate.draft is None:
        raise NotationError(say("compare.setting_draft_first"))
    return replace(candidate, draft=replace(candidate.draft, most_tokens=most_tokens))


def _draft_tokens(candidate: Candidate) -> int | None:
    most = USUAL_DRAFT_TOKENS if candidate.draft is None else candidate.draft.most_tokens
    return None if most == USUAL_DRAFT_TOKENS else most


def _typed_projector(candidate: Candidate, without_folders: bool) -> list[str]:
    path = candidate.projector
    return if_set(file_name(path) if path and without_folders else path)


SETTINGS = (
    count(
        "ctx", "context_tokens", MOST_CONTEXT_TOKENS, lambda n: worded("compare.told_context", n=n)
    ),
    Setting(
        "kv",
        _with_kv,
        lambda candidate, _: if_set(_typed_kv(candidate)),
        lambda candidate: f"KV {kv}" if (kv := _typed_kv(candidate)) else "",
    ),
    count("threads", "threads", MOST_THREADS, lambda n: worded("compare.told_threads", n=n)),
    of_engine(
        "gpu", "gpu_layers", _gpu_layers, str, lambda n: worded("compare.told_gpu_layers", n=n)
    ),
    choice("flash", "flash_attention", {each.value: each for each in FlashAttention}, _told_flash),
    count("experts", "experts", _MOST_EXPERTS, lambda n: worded("compare.told_experts", n=n)),
    of_engine(
        "cpu-experts",
        "cpu_experts",
        _cpu_experts,
        lambda layers: _ALL if layers == ALL_LAYERS else str(layers),
        _told_cpu_experts,
    ),
    *DEVICE_SETTINGS,
    Setting(
        "template",
        _with_template,
        lambda candidate, _: if_set(candidate.template_id),
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
    Setting(
        "draft",
        _with_draft,
        _typed_draft,
        lambda candidate: (
            worded("compare.told_draft", name=name) if (name := told_draft(candidate)) else ""
        ),
    ),
    Setting(
        "draft-max",
        _with_draft_tokens,
        lambda candidate, _: if_set(_draft_tokens(candidate)),
        lambda candidate: (
            "" if (n := _draft_tokens(candidate)) is None else worded("compare.told_draft_max", n=n)
        ),
    ),
)
"""In the order in which they are told."""
_BY_KEY = {setting.key: setting for setting in SETTINGS}
# Where the next setting begins.
_NEXT = re.compile(rf",(?=(?:{'|'.join(_BY_KEY)})=)")
