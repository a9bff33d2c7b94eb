"""A model is loaded, or it is said what a load would take; the first line of an engine."""

from __future__ import annotations

import msgspec

from app.core.candidates.adapters import Adapter
from app.core.candidates.drafts import Draft
from app.core.candidates.settings import USUAL_ENGINE, EngineSettings
from app.core.memory.devices import Plan
from app.core.servers.facts import ServerModelFacts


class Load(msgspec.Struct, tag="load", frozen=True):
    """Load a model file and make a context.

    Attributes:
        context_tokens: Wanted size of the context; 0 makes none (for speed tests).
        engine: How else it is loaded; its own context and threads are not looked at.
        memory_limit_bytes: Bound of the engine's private memory (RLIMIT_DATA); None for none.
        adapters: Added to the weights as long as the model is loaded.
        projector: With which it sees pictures; None for a model that is to see none.
        draft: Proposes tokens to the context; nothing where none is made.
    """

    id: int
    path: str
    context_tokens: int
    threads: int
    engine: EngineSettings = USUAL_ENGINE
    memory_limit_bytes: int | None = None
    adapters: list[Adapter] = []
    projector: str | None = None
    draft: Draft | None = None


class Reopen(msgspec.Struct, tag="reopen", frozen=True):
    """Make another context on the loaded model in place of the one there is; the weights stay.

    Attributes:
        context_tokens: As for a load: 0 makes none.
        threads: Of that context.
    """

    id: int
    context_tokens: int
    threads: int


class Predict(msgspec.Struct, tag="predict", frozen=True):
    """Say what a load would take, without taking it; what is loaded stays as it is.

    The file may end after its header, its weights being a hole: they are not read.

    Attributes:
        context_tokens: Wanted size of the context; what the model allows bounds it.
        engine: As for a load.
    """

    id: int
    path: str
    context_tokens: int
    threads: int
    engine: EngineSettings = USUAL_ENGINE


class Device(msgspec.Struct, frozen=True):
    """A device llama.cpp can compute on."""

    name: str
    kind: str
    description: str
    free_bytes: int
    total_bytes: int


class DeviceMemory(msgspec.Struct, frozen=True):
    """What llama.cpp allocated on one device, from its own load log.

    Attributes:
        layers: How many layers it holds, the output counted as one.
    """

    name: str
    kind: str
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    available_bytes: int | None = None
    layers: int = 0


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """First line of an engine.

    Attributes:
        engine: The build in words.
        devices: What it can compute on.
        backends: Kinds of devices that this build knows at all.
        variant: The variant for this processor that was loaded; empty where there is but one.
    """

    protocol: int
    pid: int
    engine: str
    system_info: str
    devices: list[Device]
    backends: list[str] = []
    variant: str = ""

    @property
    def has_gpu(self) -> bool:
        """Whether any of the devices is a GPU."""
        return any("gpu" in device.kind for device in self.devices)


class LoadProgress(msgspec.Struct, tag="load_progress", frozen=True):
    """Share of the weights read, 0 to 1."""

    id: int
    fraction: float


class EngineMemory(msgspec.Struct, frozen=True):
    """An engine's own memory as the operating system tells it; None is "not told here".

    Attributes:
        private_bytes: Anonymous memory: what the engine must have.
        mapped_bytes: File-backed pages: the weights, which the system may drop.
        needed_bytes: Peak of resident memory less repacked copies of weights.
    """

    private_bytes: int | None
    mapped_bytes: int | None
    needed_bytes: int | None


class Loaded(msgspec.Struct, tag="loaded", frozen=True):
    """A model is ready.

    Attributes:
        load_ns: From the command to ready, context and warm-up included.
        context_tokens: Size of the context made.
        trained_context_tokens: What the file says the model was trained for.
        has_template: Whether the file brings a chat template.
        has_thinking_switch: Whether that has a switch for thinking.
        repacked_bytes: Copies of weights that llama.cpp made for speed (CPU_REPACK).
        weights_bytes, kv_bytes, compute_bytes, output_bytes: llama.cpp's own figures.
        memory: Taken right after the load.
        sees: Whether it can be shown pictures.
        projector_bytes: Weights and scratch memory of the part that sees.
        draft_is_idle: It has a draft, and proposals cost as much here as they can save.
        served: What a server tells of it; None on this PC.
    """

    id: int
    load_ns: int
    context_tokens: int
    trained_context_tokens: int
    vocabulary_size: int
    parameters: int
    has_template: bool
    has_thinking_switch: bool
    repacked_bytes: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    output_bytes: int
    devices: list[DeviceMemory]
    memory: EngineMemory
    sees: bool = False
    projector_bytes: int = 0
    draft_is_idle: bool = False
    served: ServerModelFacts | None = None


class Reopened(msgspec.Struct, tag="reopened", frozen=True):
    """The context is there, of so many tokens; 0 where none was wanted."""

    id: int
    context_tokens: int


class Predicted(Plan, tag="predicted", frozen=True):
    """The plan of a load that was asked about."""

    id: int
    elapsed_ns: int
