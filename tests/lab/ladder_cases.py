"""A ladder that was never measured: figures by hand, for the tests of what is made of them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.ladder.results import (
    AlongStep,
    Answerers,
    Clocked,
    FileFacts,
    MemoryFigures,
    QualityStep,
    ServerFacts,
    SpeedFigures,
    Spent,
    StepKind,
    TasksStep,
)
from app.core.ladder.row import Row
from app.core.quality.along import Said
from app.core.quality.apart import Parting, WorstToken
from app.core.quality.histogram import EDGES
from app.core.servers.facts import ServerModelFacts
from app.core.servers.server import ServerKind
from app.core.tasks.items import Check, TaskItem
from app.core.verdict import Limits
from app.core.words.sentence import English
from app.lab.ladder.kept import About
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.rows import LadderResult, Taken
from app.lab.quality.document import FIGURE_NAMES
from app.lab.reports.document import ladder_document
from app.lab.verdict.view import LadderView, view_of
from app.monitor.machine import MachineFacts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KINDS = ("sums", "spelling")
ITEMS = tuple(
    TaskItem(f"{kind}-{n}", kind, f"{kind} <{n}>?", str(n), Check.NUMBER)
    for kind in KINDS
    for n in range(240)
)
MB = 1_000_000
AT_ONCE = 16
TAKEN = Taken(
    1_764_504_000 * 10**9,
    "Shrinkscope 0.0.9",
    MachineFacts("A <processor>", 4, 8, 16_000 * MB, "An OS 1", "3.12.1", (), None),
)


def facts(level: str, bits: float, **more: Any) -> FileFacts:
    given: dict[str, Any] = {
        "level": level,
        "file_bytes": int(bits * 100 * MB),
        "bits_per_weight": bits,
        "parameters": 800 * MB,
        "active_parameters": 800 * MB,
        "architecture": "llama",
        "context_tokens": 8192,
        "vocabulary_size": 32_000,
        "sha256": (hashlib.sha256(level.encode()).hexdigest(),),
        "token_bytes": int(bits * 100 * MB),
        "kv_bytes_by_token": 1000.0,
        "template_sha256": "t",
    }
    return FileFacts(**given | more)


def speed(test: str, mean: float, depth: int = 0, **more: Any) -> SpeedFigures:
    samples = (mean * 0.99, mean, mean * 1.01)
    return SpeedFigures(test, depth, 4, samples, mean, mean * 0.01, in_turns=True, **more)


def quality(kld: float | None, same_top: float) -> QualityStep:
    figures: dict[str, float | int | None] = dict.fromkeys(FIGURE_NAMES)
    figures |= {"positions": 7000, "chunks": 32, "mean_kld": kld, "same_top": same_top}
    if kld is not None:
        figures |= {"mean_kld_low": kld * 0.8, "mean_kld_high": kld * 1.25, "max_kld": kld * 90}
        figures |= {"same_top_low": same_top - 0.01, "same_top_high": min(1.0, same_top + 0.01)}
        figures |= {"ln_ppl_ratio": kld, "ln_ppl_ratio_low": kld / 9, "ln_ppl_ratio_high": kld * 2}
    counts = tuple(range(len(EDGES) + 1))
    worst = (WorstToken("a <b>", "&", 1.0, 0.9, 0.1),)
    return QualityStep("engine 1", figures, counts, worst, 10**9, "precise")


def tasks(wrong: int, how: str = "wrong") -> TasksStep:
    """The first so many of the sums are wrong."""
    missed = [f"sums-{n}" for n in range(wrong)]
    outcomes = {item.key: how if item.key in missed else "correct" for item in ITEMS}
    wrong_texts = dict.fromkeys(missed, "<i>7</i>")
    return TasksStep("engine 1", outcomes, 999, wrong_texts, at_once=AT_ONCE, rounding=4.5e-7)


def row(file: str, level: str, bits: float, *, kld: float | None, wrong: int) -> Row:
    generated = 160 / bits
    return Row(
        candidate_of(file),
        facts(level, bits),
        (speed("pp512", 900.0), speed("tg128", generated), speed("tg128", generated * 0.9, 2048)),
        (),
        MemoryFigures(4096, int(bits * 110 * MB), int(bits * 112 * MB), 1, 2, 0, 3, 4, 5, 6),
        quality(kld, 0.9),
        tasks(wrong),
    )


def change(measured: LadderResult, file: str, **fields: Any) -> Row:
    """The same ladder with other figures of one file; returns the row."""
    measured.rows[file] = replace(measured.rows[file], **fields)
    return measured.rows[file]


def parting(**more: Any) -> Parting:
    """Where a greedy answer leaves the reference's."""
    usual = Parting("Why is the <sky> blue?", 3, 20, True, "Because of", "scattering", "paint")
    return replace(usual, **more)


def result() -> LadderResult:
    """Q8_0 is as good as F16, Q2_K loses at sums, one file crashed."""
    rows = [
        row("/m/sky-F16.gguf", "F16", 16.0, kld=1e-7, wrong=0),
        row("/m/sky-Q8_0.gguf", "Q8_0", 8.5, kld=0.001, wrong=0),
        row("/m/sky-Q2_K.gguf", "Q2_K", 3.2, kld=0.4, wrong=60),
        Row(
            candidate_of("/m/<script>.gguf"), error=English("The engine ended: GGML_ASSERT(x < y).")
        ),
    ]
    plan = LadderPlan(
        rows[0].key, tuple(one.key for one in rows), 4, text_name="bundled texts",
        items_name="bundled",
    )  # fmt: skip
    return LadderResult(plan, {one.key: one for one in rows}, "llama.cpp b1", 40e9, taken=TAKEN)


def of_files(paths: Sequence[Path], **plan: Any) -> LadderResult:
    """The same figures, of files that there are."""
    rows: dict[str, Row] = {}
    for path, usual in zip(paths, result().rows.values(), strict=False):
        assert usual.facts is not None
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        known = msgspec.structs.replace(
            usual.facts, sha256=(sha256,), file_bytes=path.stat().st_size
        )
        rows[str(path)] = replace(usual, candidate=candidate_of(path), facts=known)
    files = tuple(rows)
    given = msgspec.structs.replace(result().plan, reference=files[0], candidates=files, **plan)
    return LadderResult(given, rows, "llama.cpp b1", 40e9, taken=TAKEN)


def on_server(measured: LadderResult, file: str, **served: Any) -> tuple[LadderResult, str]:
    """The same ladder with one file's row as that of a server's model; and the row's key."""
    there = Candidate(ServerModel("cellar <1>", "http://big:9931/v1", "moon"))
    facts = ServerFacts(
        ServerKind.VLLM, "vLLM 1", ("answer",), ServerModelFacts("moon"), "moon-2", "fp_1",
        ("seed",), 2.0, 8.0,
    )  # fmt: skip
    row = replace(
        measured.rows.pop(file),
        candidate=there,
        facts=None,
        served=msgspec.structs.replace(facts, **served),
        answers=AlongStep(
            "",
            (Said("Why?", (b"Be", b"low"), ended=True),),
            None,
            Clocked(1, 2e9, 9.0, 33.0, 44.0),
            Spent(500, 125),
            Answerers(("moon-2",), ("fp_1", "fp_2")),
        ),
        unable=frozenset({StepKind.MEMORY}),
    )
    measured.rows[there.key()] = row
    every = [each.candidate for each in measured.rows.values()]
    plan = measured.plan.of(measured.reference.candidate, every)
    return replace(measured, plan=plan), there.key()


WAYS_FILES = (
    "/m/a-F16.gguf",
    "/m/a-Q4_K_M.gguf",
    "/m/a-chosen.gguf",
    "/m/a-less.gguf",
    "/m/b.gguf",
)


def of_ways(*wrong: int | None) -> LadderResult:
    """An original, and four ways at about 5 bits a weight; None for one that was not asked."""
    measured = result()
    measured.rows.clear()
    pruned = {"way": "pruned + quantized", "parameters": 500 * MB}
    facts: list[dict[str, Any]] = [
        {}, {"way": "quantized"}, {"way": "chosen by tensor"}, pruned,
        {"way": "quantized", "architecture": "gemma"},
    ]  # fmt: skip
    for file, more, missed in zip(WAYS_FILES, facts, (0, *wrong), strict=True):
        level, bits = ("Q4_K_M", 4.9) if more else ("F16", 16.0)
        one = row(file, level, bits, kld=0.01, wrong=missed or 0)
        assert one.facts is not None
        measured.rows[file] = one
        change(measured, file, facts=msgspec.structs.replace(one.facts, **more))
        if missed is None:
            change(measured, file, tasks=None)
    plan = msgspec.structs.replace(measured.plan, reference=WAYS_FILES[0], candidates=WAYS_FILES)
    return LadderResult(plan, measured.rows, measured.engine, 40e9, taken=measured.taken)


def view(
    measured: LadderResult | None = None, limits: Limits | None = None, **more: Any
) -> LadderView:
    """What may be said of a ladder."""
    about = About(list(ITEMS), 6, hashlib.sha256(b"a text").hexdigest())
    return view_of(measured or result(), about, limits or Limits(4000 * MB, 5.0), **more)


def document(measured: LadderResult | None = None, limits: Limits | None = None) -> dict[str, Any]:
    return ladder_document(view(measured, limits))
