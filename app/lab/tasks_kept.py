"""Answers that are known already: of which file, asked how, to which question."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from app.lab.speeds import ENGINE_PACKAGE
from app.lab.tasks_plan import TaskAnswer
from app.monitor.machine import machine_facts
from app.store.task_answers import TaskAnswerStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.core.model_file import ModelFile
    from app.core.tasks.items import TaskItem
    from app.lab.tasks_plan import TaskPlan

_FORMAT = 2  # 1: a blank line ended answers that had not begun
_FILE = "tasks.sqlite3"
_ENGINE = "engine"


class KeptAnswers:
    """Remembers answers below a cache folder; what was right is judged anew each time.

    An answer is known by the file (path, size, time of change), the engine's build, the question,
    the thinking switch and the most tokens. How many threads worked, and in how large a
    context, is no part of it: that changes nothing but rounding.
    """

    def __init__(self, cache_folder: Path) -> None:
        self._store = TaskAnswerStore(cache_folder / _FILE)

    def known(self, model: ModelFile, plan: TaskPlan) -> tuple[dict[str, TaskAnswer], str]:
        """The answers that are known, by the items' keys, and the engine that gave them.

        Raises:
            OSError: The file is gone.
        """
        kept = self._store.answers(_name_of(model, plan))
        found: dict[str, TaskAnswer] = {}
        for item in plan.items:
            blob = kept.get(_question(item, plan.most_tokens(item, model)))
            answer = _decoded(blob) if blob is not None else None
            if answer is not None:
                found[item.key] = answer
        engine = kept.get(_ENGINE, b"").decode("utf-8", "replace") if found else ""
        return found, engine

    def keep(
        self, model: ModelFile, plan: TaskPlan, answers: Mapping[str, TaskAnswer], engine: str
    ) -> None:
        """Remember answers, by the items' keys.

        Raises:
            OSError: The file is gone.
        """
        blobs = {_ENGINE: engine.encode()}
        for item in plan.items:
            if item.key in answers:
                question = _question(item, plan.most_tokens(item, model))
                blobs[question] = msgspec.json.encode(answers[item.key])
        self._store.keep(_name_of(model, plan), blobs)


def _decoded(blob: bytes) -> TaskAnswer | None:
    try:
        return msgspec.json.decode(blob, type=TaskAnswer)
    except msgspec.DecodeError:
        return None


def _name_of(model: ModelFile, plan: TaskPlan) -> str:
    digest = sha256(repr((_FORMAT, _engine_build(), plan.thinking)).encode())
    for path in model.shard_paths:
        found = path.stat()
        digest.update(f"\0{path.absolute()}\0{found.st_size}\0{found.st_mtime_ns}".encode())
    return digest.hexdigest()


def _question(item: TaskItem, most_tokens: int) -> str:
    return sha256(f"{most_tokens}\0{item.prompt}".encode("utf-8", "replace")).hexdigest()


@cache
def _engine_build() -> str:
    """Names the installed engine by the hashes of its files, and the GPUs it may find."""
    from importlib import metadata  # it takes long to import, and the window starts with this

    try:
        record = metadata.distribution(ENGINE_PACKAGE).read_text("RECORD")
    except metadata.PackageNotFoundError:
        record = None
    return repr((record, machine_facts().gpus))
