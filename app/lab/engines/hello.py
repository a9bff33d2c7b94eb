"""What an engine says of itself before it loads anything: its build, backends and devices."""

from __future__ import annotations

from pathlib import Path

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.protocol.loading import Device, Hello
from app.lab.engines.room import EngineRoom

_GPU_KINDS = frozenset({"gpu", "igpu"})


def ask_engine(folder: Path) -> Hello:
    """Start an engine, hear its first line, and end it; takes about half a second.

    Args:
        folder: The engines' working folder.

    Raises:
        PersonError: It does not start.
    """
    with EngineRoom(folder).calls("devices") as engine:
        if engine.hello is None:
            raise PersonError(say("lab.engine_said_nothing_itself"))
        return engine.hello


def gpus_of(hello: Hello) -> list[Device]:
    """The devices that can hold layers of a model."""
    return [device for device in hello.devices if device.kind in _GPU_KINDS]
