"""Where a model lies and how it is read: what a load is told of devices and memory."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any, NoReturn

import llama_cpp as lc

from app.core.candidates.device_notation import check_devices
from app.core.candidates.setting import NotationError
from app.core.candidates.settings import EngineSettings, SplitMode
from app.core.models.model_names import parse_shard_name
from app.core.words.sentence import Sentence, say
from app.engine.host.errors import EngineError
from app.engine.host.llama import native
from app.engine.host.process.hardening import private_memory_limit
from app.engine.protocol.loading import Device
from app.engine.protocol.running import FailureKind

_ALL_LAYERS = -1
_SPLIT_MODES = {
    None: lc.LLAMA_SPLIT_MODE_LAYER,
    SplitMode.NONE: lc.LLAMA_SPLIT_MODE_NONE,
    SplitMode.LAYER: lc.LLAMA_SPLIT_MODE_LAYER,
    SplitMode.ROW: lc.LLAMA_SPLIT_MODE_ROW,
}
# By whether the file is looked at where it lies, and whether it must stay in memory.
_LOAD_MODES = {
    (True, False): lc.LLAMA_LOAD_MODE_AUTO,
    (True, True): lc.LLAMA_LOAD_MODE_MMAP_MLOCK,
    (False, False): lc.LLAMA_LOAD_MODE_NONE,
    (False, True): lc.LLAMA_LOAD_MODE_MLOCK,
}


def tell_devices(params: lc.llama_model_params, path: Path, engine: EngineSettings) -> list[Any]:
    """Put what the settings say of devices and memory into the parameters of a load.

    Weights that do not fit into memory stay as they are in the file, which is read again and again:
    in an order of their own they would have to be in memory.

    Returns:
        What has to live as long as the load: llama.cpp is given addresses of it.

    Raises:
        EngineError: A device is not there, or a setting is none that llama.cpp takes.
    """
    try:
        check_devices(engine)
    except NotationError as error:
        raise EngineError(FailureKind.LOAD, error.said) from error
    params.n_gpu_layers = _ALL_LAYERS if engine.gpu_layers is None else engine.gpu_layers
    params.split_mode = _SPLIT_MODES[engine.split]
    params.load_mode = _LOAD_MODES[engine.maps_file, engine.locks_memory]
    params.use_extra_bufts = params.use_extra_bufts and _file_bytes(path) < private_memory_limit()
    kept: list[Any] = []
    if not (engine.devices or engine.shares or engine.main_device):
        return kept
    known = native.devices()
    used = [_named(name, known) for name in engine.devices] or _usual(known)
    if len(engine.shares) > len(used):
        n_shares = str(len(engine.shares))
        _refuse(say("engine.more_shares_than_devices", shares=n_shares, n=len(used)))
    if engine.main_device is not None and engine.main_device >= max(1, len(used)):
        _refuse(say("engine.no_device_of_number", number=str(engine.main_device), n=len(used)))
    params.main_gpu = engine.main_device or 0
    if engine.devices:
        every = dict(zip((device.name for device in known), native.device_handles(), strict=True))
        handles = (ctypes.c_void_p * (len(used) + 1))(*(every[device.name] for device in used))
        address: Any = ctypes.cast(handles, ctypes.c_void_p)
        params.devices = address
        kept.append(handles)
    if engine.shares:
        shares = (ctypes.c_float * lc.llama_max_devices())(*engine.shares)
        params.tensor_split = shares
        kept.append(shares)
    return kept


def _file_bytes(path: Path) -> int:
    """Of all parts of a model, as far as they are there."""
    name = parse_shard_name(path.name)
    parts = [path.with_name(each) for each in name.all_names()] if name is not None else [path]
    return sum(part.stat().st_size for part in parts if part.is_file())


def _named(name: str, known: list[Device]) -> Device:
    others = [device for device in known if device.kind != "cpu"]
    found = next((device for device in others if device.name == name), None)
    if found is None:
        names = ", ".join(device.name for device in others)
        if names:
            _refuse(say("engine.no_such_device", name=name, names=names))
        _refuse(say("engine.no_device_at_all", name=name))
    return found


def _usual(known: list[Device]) -> list[Device]:
    """Those that llama.cpp takes by itself."""
    own = [device for device in known if device.kind == "gpu"]
    return own or [device for device in known if device.kind == "igpu"]


def _refuse(sentence: Sentence) -> NoReturn:
    raise EngineError(FailureKind.LOAD, sentence)
