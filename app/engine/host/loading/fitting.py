"""As many layers on GPUs as fit, by llama.cpp's own plan of the very load."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS
from app.core.errors import PersonError
from app.core.gguf import NeedMoreBytes, parse_header
from app.core.memory.devices import Plan, Question, settle
from app.core.memory.estimate import Needs
from app.core.memory.fit import layer_bytes
from app.core.models.model_file import ModelFile, Shard
from app.core.models.model_names import parse_shard_name
from app.engine.host.errors import EngineError
from app.engine.host.llama import native
from app.engine.host.loading.predict import predict
from app.engine.protocol.loading import Load, Predict, Predicted

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings
    from app.engine.host.process.abort import AbortFlag


def fitted(load: Load, abort: AbortFlag, log: native.NativeLog) -> EngineSettings:
    """How a load is made where its settings say nothing of layers.

    Nothing is planned without a GPU. What cannot be planned is loaded as it stands: llama.cpp has
    the last word.

    Raises:
        Aborted: The abort flag was set meanwhile.
    """
    devices = native.devices()
    if load.engine.gpu_layers is not None or all(each.kind != "gpu" for each in devices):
        return load.engine
    try:
        shards = _shards(Path(load.path))
        model = ModelFile.from_headers(shards)
        tensors = [tensor for shard in shards for tensor in shard.header.tensors]
        adapters = sum(Path(each.path).stat().st_size for each in load.adapters)
        kept = load.engine.cpu_experts
        weights = layer_bytes(tensors, model.block_count, kept, adapters)
        question = Question(model, weights, load.engine)

        def ask(layers: int | None) -> Predicted:
            engine = replace(load.engine, gpu_layers=layers)
            context_tokens = load.context_tokens or DEFAULT_CONTEXT_TOKENS
            command = Predict(load.id, load.path, context_tokens, load.threads, engine)
            return predict(command, abort, log, devices)

        _, sharing = settle(question, ask, _needs_of)
    except (OSError, NeedMoreBytes, PersonError, EngineError):
        return load.engine
    layers = sharing.gpu_layers
    if layers is None or layers > model.block_count:
        return load.engine
    return replace(load.engine, gpu_layers=layers)


def _needs_of(plan: Plan) -> Needs:
    parts = (plan.weights_bytes, plan.kv_bytes, plan.compute_bytes, plan.output_bytes)
    return Needs(*parts, overhead_bytes=0)


def _shards(path: Path) -> list[Shard]:
    name = parse_shard_name(path.name)
    names = name.all_names() if name is not None else [path.name]
    return [_shard(path.with_name(each)) for each in names]


def _shard(path: Path) -> Shard:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return Shard(path, parse_header(memoryview(data)), len(data))
