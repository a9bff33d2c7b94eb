"""Mutants of headers through reader, facts, library, fit, plans, words and the Models page.

Whatever a header says, each file is a row of the library: sound, or unreadable with a sentence.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import fit as fit_command
from app.cli import library as models_command
from app.cli.terminal.console import Console
from app.cli.words.fit import fit_document
from app.core.candidates.settings import USUAL_ENGINE, EngineSettings, KvType
from app.core.errors import PersonError
from app.core.memory.devices import PlannedDevice, Question, settle, with_room
from app.core.memory.estimate import estimated_needs
from app.core.memory.fit import Verdict, judge_devices, layer_bytes
from app.core.memory.speed import MachineRates, MeasuredRun, predict_speed
from app.core.memory.token_work import token_work
from app.core.models.family import companions, families
from app.engine.protocol.loading import Predicted
from app.lab.engines.plans import Plans, needs_of
from app.lab.models.library import Library
from app.lab.predict.fit import Fit, Fitter
from app.library.model_files import read_shards
from app.store.paths import Paths
from app.store.small.remembered import PlanStore
from app.store.small.speeds import SpeedStore
from tests.fuzz.sources import shards
from tests.helpers.model_folders import small_gguf
from tests.helpers.mutants import Draft, mutants
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.core.models.family import LibraryModel

BATCH = 40
_CONTEXTS = (1, 4096, 2**31 - 1)
_LARGEST_FILE = 2**40
_UNEXPECTED = "unexpected"


@dataclass(slots=True)
class Findings:
    """What became of the mutants.

    Attributes:
        outcomes: How many were sound, refused, fitted and so on.
        faults: What was done to a mutant, and what went wrong with it.
        slowest: Seconds of the slowest batch.
    """

    outcomes: Counter[str] = field(default_factory=Counter[str])
    faults: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    slowest: float = 0.0


class HeaderFuzz:
    """One run; the calling thread does everything.

    Args:
        folder: Of its own; all files lie below it.
        sources: What is broken.
        seed: Of the mutants.
        show: Shows models as the window does; None leaves that out.
        plans: Whether a real engine is asked for the plan of each file that is sound.
    """

    def __init__(
        self,
        folder: Path,
        sources: Sequence[Draft],
        seed: int,
        show: Callable[[Sequence[LibraryModel]], object] | None = None,
        *,
        plans: bool = False,
    ) -> None:
        self._make = mutants(list(sources), seed)
        self._shards = shards()
        self._make_shard = [mutants([shard], seed) for shard in self._shards]
        self._batches = 0
        self.show_fit = show
        self._files = folder / "models"
        self._paths = Paths.below(folder / "program")
        self._paths.create()
        self._paths.settings.write_text(json.dumps({"library_folders": [str(self._files)]}))
        self._environ = {"HOME": str(folder), "USERPROFILE": str(folder), "COLUMNS": "200"}
        self._library = Library(self._paths, self._environ)
        self._speeds = SpeedStore(folder / "speeds.sqlite3", "this PC")
        self._plans = Plans(PlanStore(folder / "plans.sqlite3"), lambda: "an engine")
        self._rates = MachineRates(2, 20e9, {0: 10e9, 1: 10e9, 12: 8e9}, 300.0)
        self._fitter = (
            Fitter(roomy(self._paths.state, 8 << 30), self._speeds, 1, patience_s=0)
            if plans
            else None
        )
        self._speeds.keep_rates(MachineRates(1, 20e9, {0: 10e9, 1: 10e9}, 300.0))
        self._log = _Heard()
        self.findings = Findings()

    def run(self, count: int) -> Findings:
        """Try so many mutants."""
        logging.getLogger().addHandler(self._log)
        try:
            for start in range(0, count, BATCH):
                begin = time.process_time()
                self._batch(min(BATCH, count - start))
                self.findings.slowest = max(self.findings.slowest, time.process_time() - begin)
        finally:
            logging.getLogger().removeHandler(self._log)
            if self._fitter is not None:
                self._fitter.close()
        return self.findings

    # --- one batch ------------------------------------------------------------------------

    def _batch(self, count: int) -> None:
        self._files.mkdir(exist_ok=True)
        labels: dict[Path, str] = {}
        for number in range(count):
            draft, label = self._make()
            path = self._files / f"m{number:03d}.gguf"
            _write(path, draft)
            labels[path] = label
        labels |= self._sound_files()
        whole = "; ".join(labels.values())
        with self._noted(whole):
            models = self._scanned(labels)
            self._listed(models)
            for model in models:
                with self._noted(labels[model.path]):
                    self._considered(model)
        for path in labels:
            path.unlink()

    def _sound_files(self) -> dict[Path, str]:
        """What a broken file must not take with it, and a set of which one file is broken."""
        sound = self._files / "sound.gguf"
        sound.write_bytes(small_gguf())
        broken = self._batches % 3  # every third set is sound
        self._batches += 1
        labels = {sound: "nothing"}
        for number, shard in enumerate(self._shards):
            path = self._files / f"set-{number + 1:05d}-of-00002.gguf"
            draft, label = self._make_shard[number]() if number == broken else (shard, "nothing")
            _write(path, draft)
            labels[path] = label
        return labels

    def _scanned(self, labels: dict[Path, str]) -> Sequence[LibraryModel]:
        """Every file is a row, also out of the store."""
        first, second = self._library.scan(), self._library.scan()
        assert first.problems == second.problems == ()
        assert first.models == second.models, "the store changed what a header says"
        assert sorted(file for model in first.models for file in model.files) == sorted(labels)
        for model in first.models:
            with self._noted(labels[model.path]):
                self.findings.outcomes["refused" if model.broken else "sound"] += 1
                if model.broken is not None:
                    assert is_sentence(str(model.broken)), model.broken
                else:
                    assert model.model is not None
        assert next(model for model in first.models if model.path.name == "sound.gguf").model
        return first.models

    def _listed(self, models: Sequence[LibraryModel]) -> None:
        """What ``models`` prints, and the window's page."""
        count = sum(len(family.models) for family in families(models)) + len(companions(models))
        assert count == len(models)
        for is_json in (True, False):
            arguments = argparse.Namespace(json=is_json)
            with _captured() as said, _environment(self._environ):
                assert models_command.run(arguments, Console(quiet=True), self._paths) == 0
            if is_json:
                document = _strict_json(said.getvalue())
                assert len(document["models"]) + len(document["companions"]) == count
        if self.show_fit is not None:
            self.show_fit(models)

    # --- one file -------------------------------------------------------------------------

    def _considered(self, model: LibraryModel) -> None:
        """All that is predicted of a file from its header."""
        if model.model is None:
            return
        shards = read_shards(model.path)
        tensors = [tensor for shard in shards for tensor in shard.header.tensors]
        weights = layer_bytes(tensors, model.model.block_count)
        for engine in [EngineSettings(kv_type=kv_type) for kv_type in KvType]:
            work = token_work(tensors, model.model, engine)
            for context_tokens in _CONTEXTS:
                estimate = estimated_needs(model.model, context_tokens, engine)
                assert 0 <= estimate.total_bytes < 2**63
                assert work.total_bytes(context_tokens) < 2**63
        self._speeds.add_run(MeasuredRun(model.model.family_key, "F16", work, 64, 2, 40.0))
        question = Question(model.model, weights, USUAL_ENGINE)
        plan = _planned(estimate.weights_bytes, estimate.kv_bytes, model.model.block_count)
        how = (model.model, 4096, USUAL_ENGINE)
        self._plans.keep(*how, plan)
        facts = model.model
        _, sharing = settle(question, lambda _: plan, lambda plan: needs_of(facts, plan))
        needs, shares = sharing.needs, sharing.shares
        fit = Fit(
            model=model.model,
            context_tokens=plan.context_tokens,
            engine=USUAL_ENGINE,
            needs=needs,
            available_bytes=8 << 30,
            judgement=judge_devices(needs, shares, 8 << 30),
            devices=tuple(with_room(share, 8 << 30) for share in shares),
            gpu_layers=sharing.gpu_layers,
            speed=predict_speed(work, model.model, self._rates, self._speeds.runs()),
        )
        self._said(model.path, fit)
        if self._fitter is not None:
            self._fitted(model.path)

    def _fitted(self, path: Path) -> None:
        """What ``fit`` says, by llama.cpp's own plan."""
        assert self._fitter is not None
        refused: PersonError | None = None
        try:
            self._said(path, self._fitter.fit(path))
        except PersonError as error:
            refused = error
        assert refused is None or is_sentence(refused.sentence), refused
        self.findings.outcomes["refused by llama.cpp" if refused else "fitted"] += 1

    def _said(self, path: Path, fit: Fit) -> None:
        assert fit.judgement.verdict in Verdict
        with _captured() as said:
            Console(quiet=True).json(fit_document(fit))
            fit_command.show_fit(str(path), fit, Console(quiet=True))
        assert "nan" not in said.getvalue().lower().replace("nano", "")

    @contextlib.contextmanager
    def _noted(self, label: str) -> Iterator[None]:
        """Turn whatever goes wrong into a finding."""
        try:
            yield
        except Exception:  # noqa: BLE001 - that is what is looked for
            self.findings.faults.append((label, traceback.format_exc(limit=-6)))
        self.findings.faults += [(label, record) for record in self._log.records]
        self._log.records.clear()


class _Heard(logging.Handler):
    """What was logged as an error: a fault that somebody caught without knowing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(logging.Formatter("%(message)s").format(record))


def _write(path: Path, draft: Draft) -> None:
    data, size = draft.to_bytes()
    with path.open("wb") as file:
        file.write(data)
        if len(data) < size <= _LARGEST_FILE:
            file.truncate(size)


def _planned(weights_bytes: int, kv_bytes: int, layers: int) -> Predicted:
    """What an engine might say of a PC with a GPU."""
    gpu = PlannedDevice("GPU0", "gpu", 10_000_000, 1 << 30, list(range(layers // 2)))
    cpu = PlannedDevice("CPU", "cpu", 10_000_000, 8 << 30, list(range(layers // 2, layers + 1)))
    return Predicted(4096, 300, weights_bytes, kv_bytes, 20_000_000, 1_000, [gpu, cpu], 1, 1)


def is_sentence(text: str) -> bool:
    """Whether a text is one that a person can be told."""
    return text.endswith((".", "?")) and len(text) < 600 and _UNEXPECTED not in text


def _strict_json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    """Standard output as text."""
    raw, said, before = io.BytesIO(), io.StringIO(), sys.stdout
    sys.stdout = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    try:
        yield said
    finally:
        sys.stdout.flush()
        said.write(raw.getvalue().decode("utf-8"))
        sys.stdout = before


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables alone."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
