"""What must be alike for all rows of a ladder, and where it is not: with the difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from app.core.candidates.notation import told_adapters, told_devices, told_draft
from app.core.text.shared_names import file_name
from app.core.words.sentence import Sentence, chained, say, worded

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan
    from app.lab.ladder.rows import LadderResult

_SHOWN = 60
_BEFORE = 20
_GREEDY = "greedy"  # every question of a ladder is asked so
_AUTO = "auto"


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row was measured with; each is None where it is not known. Reports show all of it.

    Attributes:
        threads: While it generated.
        context_tokens: Of the context that needed memory was taken in.
        gpu_layers: A number, or that llama.cpp chose.
        sampler: Of every question.
        vocabulary_sha256: Of its tokens; the other digests are of the text cut into tokens, and of
            a prompt in its template.
        adapters: With their strengths, as they are typed; empty without any.
        devices: What else is set of devices, memory and positions, as it is told.
        draft: What proposed tokens while speed was taken; empty where nothing did.
        projector: Its file's name; empty for a model that sees nothing.
        begins: A begin token stands in front of its texts; None where that is not known.
    """

    threads: int
    context_tokens: int | None
    kv_type: str
    flash_attention: str
    gpu_layers: int | str
    sampler: str
    seed: int
    template_sha256: str | None
    vocabulary_size: int | None
    vocabulary_sha256: str | None
    tokens_sha256: str | None
    rendered_sha256: str | None
    adapters: str = ""
    devices: str = ""
    draft: str = ""
    projector: str = ""
    begins: bool | None = None


Alike = Callable[[Settings], int | str | None]
"""Takes out of a row's settings what should be alike in all rows."""


def settings_of(plan: LadderPlan, row: Row) -> Settings:
    """What a row was measured with."""
    facts, quality, memory = row.facts, row.quality, row.memory
    reading = quality.reading if quality is not None else None
    threads = {one.threads for one in row.speed}
    engine = row.candidate.engine
    return Settings(
        threads=threads.pop() if len(threads) == 1 else engine.threads or plan.threads,
        context_tokens=memory.context_tokens if memory and not memory.error else None,
        kv_type=engine.kv_type.value,
        flash_attention=engine.flash_attention.value,
        gpu_layers=_AUTO if engine.gpu_layers is None else engine.gpu_layers,
        sampler=_GREEDY,
        seed=plan.seed,
        template_sha256=facts.template_sha256 if facts else None,
        vocabulary_size=facts.vocabulary_size if facts else None,
        vocabulary_sha256=reading.vocabulary_digest if reading else None,
        tokens_sha256=reading.tokens_digest if reading else None,
        rendered_sha256=reading.rendered_digest if reading else None,
        adapters=told_adapters(row.candidate),
        devices=told_devices(row.candidate),
        draft=told_draft(row.candidate),
        projector=file_name(row.candidate.projector) if row.candidate.projector else "",
        begins=reading.begins if reading else None,
    )


def differences(result: LadderResult, names: dict[str, str]) -> list[str]:
    """A sentence for each setting in which a candidate differs from the reference.

    What a server sets is not known: where the reference is on one, the first of this PC stands for
    it.
    """
    here = [row for row in (result.reference, *result.rows.values()) if not row.is_far]
    if not here:
        return []
    first = here[0].key
    base = settings_of(result.plan, here[0])
    rows = [row for row in here if row.key != first and row.facts is not None]
    own = {row.key: settings_of(result.plan, row) for row in rows}

    def differing(alike: Alike) -> list[Row]:
        return [
            row
            for row in rows
            if None not in (alike(base), alike(own[row.key])) and alike(base) != alike(own[row.key])
        ]

    found: list[str] = []
    vocabularies = differing(lambda one: one.vocabulary_sha256) or differing(
        lambda one: one.vocabulary_size
    )
    if vocabularies:
        found.append(_other_vocabulary(vocabularies, result, names))
    cut = differing(lambda one: one.tokens_sha256)
    tokens = [row for row in cut if row not in vocabularies]
    if tokens:
        found.append(worded("verdict.cuts_same_text_into_other", tokens=_listed(tokens, names)))
    begun = differing(lambda one: one.begins)
    if begun:
        missing = [row for row in (here[0], *rows) if settings_of(result.plan, row).begins is False]
        found.append(worded("verdict.no_begin_token", names=_listed(missing, names)))
    found += _templates(result, rows, names, differing)
    every = {first: base, **own}
    if len({row.file for row in here}) == 1:
        return found  # settings are what is compared, and stand in the rows' names
    for alike, words in _DIFFERENCES:
        if differing(alike):
            values = _values({key: alike(settings) for key, settings in every.items()}, names)
            found.append(worded("verdict.setting_differs", words=words, values=values))
    return found


_DIFFERENCES: tuple[tuple[Alike, str], ...] = (
    (lambda one: one.context_tokens, worded("verdict.needed_memory_taken_different_contexts")),
    (lambda one: one.kv_type, worded("verdict.key_value_cache_different_types")),
    (lambda one: one.seed, worded("verdict.seeds_differ")),
    (lambda one: one.sampler, worded("verdict.samplers_differ")),
    (lambda one: one.flash_attention, worded("verdict.flash_attention_differs")),
    (lambda one: one.gpu_layers, worded("verdict.gpu_layers_differ")),
    (lambda one: one.devices, worded("verdict.devices_differ")),
    (lambda one: one.threads, worded("verdict.numbers_threads_differ")),
)


def _other_vocabulary(rows: Sequence[Row], result: LadderResult, names: dict[str, str]) -> str:
    base = result.reference.facts
    sizes = {row.key: row.facts.vocabulary_size for row in rows if row.facts is not None}
    told = _values(sizes, names)
    mine = (
        worded("verdict.reference_tokens", sizes=told, vocabulary_size=base.vocabulary_size)
        if base
        else ""
    )
    return worded(
        "verdict.another_vocabulary_than_reference_kl", rows=_listed(rows, names), mine=mine
    )


def _templates(
    result: LadderResult,
    rows: Sequence[Row],
    names: dict[str, str],
    differing: Callable[[Alike], list[Row]],
) -> list[str]:
    """Different prompts with the first difference; different templates where prompts are alike."""
    found: list[str] = []
    prompts = differing(lambda one: one.rendered_sha256)
    templates = differing(lambda one: one.template_sha256)
    for row in prompts:
        shown = _first_difference(result.reference, row)
        name = names[row.key]
        found.append(
            worded(
                "verdict.prompts_reads_differ_references_instead",
                name=name,
                shown=shown[1],
                shown_2=shown[0],
            )
            if shown
            else worded("verdict.prompts_reads_differ_references", name=name)
        )
    known = {
        row.key
        for row in rows
        if row.quality and row.quality.reading and row.quality.reading.rendered_digest
    }
    alike = [row for row in templates if row not in prompts and row.key in known]
    if alike:
        found.append(
            worded("verdict.chat_template_another_than_references", alike=_listed(alike, names))
        )
    unknown = [row for row in templates if row not in prompts and row.key not in known]
    if unknown:
        found.append(
            worded(
                "verdict.chat_template_differs_references_questions",
                unknown=_listed(unknown, names),
            )
        )
    return found


def _first_difference(reference: Row, row: Row) -> tuple[str, str] | None:
    """Both prompts around the first place where they differ; None where it was not kept."""
    steps = (reference.quality, row.quality)
    texts = [step.reading.rendered if step and step.reading else None for step in steps]
    one, other = texts
    if one is None or other is None or one == other:
        return None
    pairs = zip(one, other, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    start = max(0, same - _BEFORE)
    return _quoted(one[start : start + _SHOWN]), _quoted(other[start : start + _SHOWN])


def _quoted(text: str) -> str:
    return f"“{text.replace(chr(10), '↵')}”"


def _values(values: Mapping[str, object], names: dict[str, str]) -> Sentence:
    each = [
        say("program.list_space", first=names[key], rest=value)
        for key, value in values.items()
        if value is not None
    ]
    return chained("program.list_comma", each)


def _listed(rows: Sequence[Row], names: dict[str, str]) -> Sentence:
    return chained("program.list_comma", [names[row.key] for row in rows])
