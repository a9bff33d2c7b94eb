"""Engines that a measurement uses in turn, kept loaded while memory allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from app.core.memory.estimate import estimate_needed_bytes, memory_budget_bytes
from app.engine.protocol.loading import Load, Loaded
from app.lab.engines.calls import EngineCalls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from app.core.models.model_file import ModelFile


class EngineShelf:
    """One engine a model file, loaded without a context of its own; the oldest gives way.

    Use as a context manager: all engines end with it. One thread.

    Args:
        name: What the engines are for, as their logs are called.
        folder: Working folder of the engines.
        threads: Of every load.
        context_tokens: What an evaluation will hold, for the estimate of memory.
        available_bytes: Memory that is free now.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        threads: int,
        context_tokens: int,
        available_bytes: Callable[[], int],
    ) -> None:
        self._name = name
        self._folder = folder
        self._threads = threads
        self._context_tokens = context_tokens
        self._available_bytes = available_bytes
        self._loaded: dict[Path, EngineCalls] = {}
        self.engine = ""
        """What the last started engine said of itself."""

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every engine."""
        for path in list(self._loaded):
            self.drop(path)

    def take(self, model: ModelFile) -> EngineCalls:
        """The model's engine, loaded.

        Raises:
            PersonError: It cannot be started, or the file cannot be loaded.
        """
        engine = self._loaded.pop(model.path, None)
        if engine is None:
            self._make_room(model)
            engine = EngineCalls(f"{self._name}-{model.path.stem}", self._folder, is_steady=True)
            engine.__enter__()
            if engine.hello is not None:
                self.engine = engine.hello.engine
            try:
                path = str(model.path.absolute())
                engine.call(Load(engine.next_id(), path, 0, self._threads), Loaded)
            except BaseException:
                engine.close()
                raise
        self._loaded[model.path] = engine
        return engine

    def drop(self, path: Path) -> None:
        """End a model's engine, if it has one."""
        engine = self._loaded.pop(path, None)
        if engine is not None:
            engine.close()

    def _make_room(self, model: ModelFile) -> None:
        needed = estimate_needed_bytes(model, self._context_tokens, "f16").total_bytes
        while self._loaded and needed > memory_budget_bytes(self._available_bytes()):
            self.drop(next(iter(self._loaded)))
