"""Mutants of a whole model file through real engines: each ends in an answer or a sentence."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.scoring import MeasureText, TextMeasured
from app.lab.engines.calls import EngineCalls, interruptible
from app.lab.shrink.quantize import quantize
from app.resources import resource_path
from tests.fuzz.headers import Findings, is_sentence
from tests.helpers.mutants import Draft, mutants

if TYPE_CHECKING:
    from app.engine.protocol.messages import Command, Event

_LEVEL = "Q2_K"
_STEPS = ("the load", "the answer", "the second load", "the measurement")
_PATIENCE_S = 120.0
_MEMORY_BYTES = 2 << 30
_MESSAGES = [Message(Role.USER, "Name three colours.")]


def smallest_demo(folder: Path) -> Draft:
    """The demo's smallest file, in parts; it is made on this PC."""
    target = folder / f"demo-{_LEVEL}.gguf"
    state = folder / "state"
    state.mkdir(exist_ok=True)
    demo = resource_path("demo", "shrinkscope-demo-F16.gguf")
    quantize(demo, target, _LEVEL, threads=1, folder=state, on_progress=lambda _done, _of: None)
    return Draft.read(target.read_bytes())


class EngineFuzz:
    """One run; the calling thread waits for the engines, one after the other.

    Args:
        folder: Of its own.
        source: What is broken, its weights with it.
        seed: Of the mutants.
    """

    def __init__(self, folder: Path, source: Draft, seed: int) -> None:
        self._make = mutants([source], seed)
        self._state = folder / "state"
        self._state.mkdir(exist_ok=True)
        self._file = folder / "mutant.gguf"
        self.findings = Findings()

    def run(self, count: int) -> Findings:
        """Try so many mutants."""
        for _ in range(count):
            draft, label = self._make()
            self._file.write_bytes(draft.to_bytes()[0])
            begin = time.monotonic()
            try:
                self._asked()
            except Exception:  # noqa: BLE001 - that is what is looked for
                self.findings.faults.append((label, traceback.format_exc(limit=-6)))
            self.findings.slowest = max(self.findings.slowest, time.monotonic() - begin)
        return self.findings

    def _asked(self) -> None:
        """Load, answer, score; whatever ends it, ends it in a sentence and without a process."""
        deadline = time.monotonic() + _PATIENCE_S
        children = _children()

        def check() -> None:
            assert time.monotonic() < deadline, "an engine does not answer"

        refused: PersonError | None = None
        done = 0
        with interruptible(check), EngineCalls("fuzz", LocalEngines(self._state)) as engine:
            try:
                for command, answer in self._commands(engine):
                    engine.call(command, answer)
                    done += 1
            except PersonError as error:
                refused = error
        self.findings.outcomes[f"ended at {_STEPS[done]}" if refused else "answered"] += 1
        if refused is not None:
            assert is_sentence(refused.sentence), refused.sentence
            assert "Traceback" not in refused.detail, refused.detail
        assert _children() <= children, "an engine was left behind"

    def _commands(self, engine: EngineCalls) -> list[tuple[Command, type[Event]]]:
        path, ids = str(self._file), [engine.next_id() for _ in _STEPS]
        limit = _MEMORY_BYTES
        return [
            (Load(ids[0], path, 256, 1, memory_limit_bytes=limit), Loaded),
            (Generate(ids[1], _MESSAGES, SamplingSettings(max_tokens=8)), Finished),
            (Load(ids[2], path, 0, 1, memory_limit_bytes=limit), Loaded),
            (MeasureText(ids[3], [*range(40)], 20, 1), TextMeasured),
        ]


def _children() -> set[int]:
    return {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)}
