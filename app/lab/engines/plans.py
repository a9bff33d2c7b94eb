"""llama.cpp's plans of loads: what they mean in bytes, and those that are known already.

A plan depends on the file's facts, on how it would be loaded, and on the engine alone, so that
what was said once holds, also for a file that was still on the Hub then. Plans with a GPU are
never remembered: what is free there decides them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace as replace_fields

from app.core.memory.estimate import Needs, overhead_bytes
from app.engine.protocol.loading import Predicted
from app.lab.engines.identity import engine_identity
from app.store.small.remembered import PlanStore

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings
    from app.core.memory.devices import Plan
    from app.core.models.model_file import ModelFile
    from app.store.paths import Paths

# llama.cpp prints sizes from one GiB on with two digits behind the point.
_ROUNDING_BYTES = 6 << 20
_FORMAT = 2


def needs_of(model: ModelFile, plan: Plan, adapter_bytes: int = 0) -> Needs:
    """What an engine needs by llama.cpp's plan, part by part; adapters count as weights."""
    printed = plan.weights_bytes
    is_rounded = abs(printed - model.tensor_bytes) <= _ROUNDING_BYTES
    return Needs(
        weights_bytes=(model.tensor_bytes if is_rounded else printed) + adapter_bytes,
        kv_bytes=plan.kv_bytes,
        compute_bytes=plan.compute_bytes,
        output_bytes=plan.output_bytes,
        overhead_bytes=overhead_bytes(plan.vocabulary_size, merges=model.has_merges),
    )


class Plans:
    """The plans that are known. Any thread.

    Args:
        store: Keeps them.
        engine: Names the engine's build and what it runs on; nothing is kept where it is empty.
            Asked each time: an engine may be built anew while this program runs.
    """

    def __init__(self, store: PlanStore, engine: Callable[[], str]) -> None:
        self._store = store
        self._name_engine = engine

    @classmethod
    def of_this_pc(cls, paths: Paths) -> Plans:
        """Those of this engine on this PC."""
        store = PlanStore(paths.cache / "plans.sqlite3")
        return cls(store, lambda: engine_identity(paths.state))

    def prepare(self) -> None:
        """Find out which engine this PC has: the first time takes some hundredths of a second."""
        self._name_engine()

    def find(
        self,
        model: ModelFile,
        context_tokens: int,
        engine: EngineSettings,
    ) -> Predicted | None:
        """The plan of a load with all layers on what there is; None where it is not known."""
        build = self._name_engine()
        if not build:
            return None
        known = self._store.get(self._key(build, model, context_tokens, engine))
        if known is None:
            return None
        try:
            return msgspec.json.decode(known, type=Predicted)
        except msgspec.DecodeError:
            return None

    def keep(
        self,
        model: ModelFile,
        context_tokens: int,
        engine: EngineSettings,
        plan: Predicted,
    ) -> None:
        """Remember what llama.cpp said."""
        build = self._name_engine()
        if build and not any("gpu" in device.kind for device in plan.devices):
            key = self._key(build, model, context_tokens, engine)
            self._store.keep(key, msgspec.json.encode(plan))

    def needed_bytes(
        self,
        model: ModelFile,
        context_tokens: int,
        engine: EngineSettings,
    ) -> int | None:
        """Needed memory by the known plan; None where there is none."""
        plan = self.find(model, context_tokens, engine)
        return None if plan is None else needs_of(model, plan).total_bytes

    def _key(
        self,
        build: str,
        model: ModelFile,
        context_tokens: int,
        engine: EngineSettings,
    ) -> str:
        # Where the file lies does not matter; how its shards were cut does not either.
        facts = repr(replace(model, path=Path(), shard_paths=()))
        tokens = min(context_tokens, model.context_length or context_tokens)
        how = replace_fields(engine, context_tokens=None, threads=None, gpu_layers=None)
        parts = (_FORMAT, build, facts, tokens, msgspec.json.encode(how))
        return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
