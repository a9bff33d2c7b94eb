"""llama.cpp itself: its libraries, loadable backends, devices and log."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import llama_cpp as lc

from app.engine.messages import Device, DeviceMemory

_DEVICE_KINDS = {0: "cpu", 1: "gpu", 2: "igpu", 3: "accelerator"}
_MIB = 1 << 20


class NativeLog:
    """Sends llama.cpp's log to stderr, which the window process keeps, and notes sizes in it.

    The ctypes callback must outlive the library's use of it, so one object serves the process.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._listener: Callable[[str], None] | None = None
        self._partial = ""
        self._callback = lc.llama_log_callback(self._on_log)
        lc.llama_log_set(self._callback, ctypes.c_void_p(0))

    def collect(self, listener: Callable[[str], None] | None = None) -> list[str]:
        """Begin a new collection of lines; ``listener`` is told each as it comes."""
        self._lines = []
        self._listener = listener
        return self._lines

    def _on_log(self, _level: int, text: bytes, _user_data: object) -> None:
        decoded = text.decode("utf-8", errors="replace")
        sys.stderr.write(decoded)
        # A line may come in several calls.
        *lines, self._partial = (self._partial + decoded).split("\n")
        for line in lines:
            self._lines.append(line)
            if self._listener is not None:
                self._listener(line)


def start_native() -> None:
    """Load compute backends where they come as separate libraries, then start llama.cpp.

    llama-cpp-python built with GGML_BACKEND_DL does not load them itself: the libraries lie in
    ``site-packages/bin`` and llama.cpp looks beside the executable only.
    """
    package = Path(lc.__file__).parent
    ggml = _library(package / "lib", "ggml")
    if ggml is not None and ggml.ggml_backend_reg_count() == 0:
        load = ggml.ggml_backend_load_all_from_path
        load.argtypes = [ctypes.c_char_p]
        load.restype = None
        for folder in (package.parent / "bin", package / "lib", Path(sys.executable).parent):
            if any(folder.glob("*ggml-cpu*")):
                load(str(folder).encode())
                break
    lc.llama_backend_init()


def engine_version() -> str:
    """The engine in words, for reports."""
    return f"llama-cpp-python {metadata.version('llama-cpp-python')}"


def system_info() -> str:
    """What llama.cpp says of the processor features it uses."""
    return lc.llama_print_system_info().decode("utf-8", errors="replace")


def devices() -> list[Device]:
    """The devices that llama.cpp can compute on."""
    package = Path(lc.__file__).parent
    ggml = _library(package / "lib", "ggml")
    base = _library(package / "lib", "ggml-base")
    if ggml is None or base is None:
        return []
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    for function in (base.ggml_backend_dev_name, base.ggml_backend_dev_description):
        function.restype = ctypes.c_char_p
        function.argtypes = [ctypes.c_void_p]
    base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
    base.ggml_backend_dev_memory.argtypes = [
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_size_t),
        ctypes.POINTER(ctypes.c_size_t),
    ]
    found: list[Device] = []
    for index in range(ggml.ggml_backend_dev_count()):
        device = ggml.ggml_backend_dev_get(index)
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(
            Device(
                name=_text(base.ggml_backend_dev_name(device)),
                kind=_DEVICE_KINDS.get(base.ggml_backend_dev_type(device), "other"),
                description=_text(base.ggml_backend_dev_description(device)),
                free_bytes=free.value,
                total_bytes=total.value,
            )
        )
    return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", errors="replace").strip()


def _library(folder: Path, name: str) -> ctypes.CDLL | None:
    """The very copy of a library that llama.cpp uses.

    The wheel holds three copies of each under versioned names; libllama links the one with the
    major version, and state set in another copy is silently ignored.
    """
    for file_name in (f"lib{name}.so.0", f"lib{name}.0.dylib", f"{name}.dll", f"lib{name}.dll"):
        if (folder / file_name).is_file():
            return ctypes.CDLL(str(folder / file_name))
    return None


class LoadSizes:
    """Buffer sizes read from llama.cpp's load log (the format of llama.cpp 0c1e57098).

    Sizes are printed in MiB with two decimals.
    """

    _MODEL = re.compile(r"(\S+) model buffer size *= *([0-9.]+) MiB")
    _KV = re.compile(r"(\S+) (?:KV|RS) buffer size *= *([0-9.]+) MiB")
    _COMPUTE = re.compile(r"(\S+) +compute buffer size *= *([0-9.]+) MiB")
    _OUTPUT = re.compile(r"(\S+) +output buffer size *= *([0-9.]+) MiB")

    def __init__(self, lines: list[str]) -> None:
        self.repacked_bytes = 0
        self.output_bytes = 0
        self._weights: dict[str, int] = {}
        self._kv: dict[str, int] = {}
        self._compute: dict[str, int] = {}
        for line in lines:
            self._read(line)

    def _read(self, line: str) -> None:
        if match := self._MODEL.search(line):
            size = _bytes(match[2])
            if match[1].endswith("_REPACK"):
                self.repacked_bytes += size
            else:
                _add(self._weights, match[1], size)
        elif match := self._KV.search(line):
            _add(self._kv, match[1], _bytes(match[2]))
        elif match := self._COMPUTE.search(line):
            self._compute[match[1]] = _bytes(match[2])  # reserved anew: the last one stands
        elif match := self._OUTPUT.search(line):
            self.output_bytes = _bytes(match[2])

    @property
    def weights_bytes(self) -> int:
        """Weights without repacked copies."""
        return sum(self._weights.values())

    @property
    def kv_bytes(self) -> int:
        """KV cache or recurrent state."""
        return sum(self._kv.values())

    @property
    def compute_bytes(self) -> int:
        """Scratch memory of the graph."""
        return sum(self._compute.values())

    def by_device(self, known: list[Device]) -> list[DeviceMemory]:
        """The sizes of each device that got any."""
        names = list(dict.fromkeys([*self._weights, *self._kv, *self._compute]))
        rows: dict[str, DeviceMemory] = {}
        for name in names:
            device = next((d for d in known if name == d.name), None)
            # Host buffers have names of their own (CPU_Mapped, CUDA_Host): they are the CPU's.
            device = device or next((d for d in known if d.kind == "cpu"), None)
            key = device.name if device else name
            before = rows.get(key, DeviceMemory(key, device.kind if device else "other", 0, 0, 0))
            rows[key] = DeviceMemory(
                name=key,
                kind=before.kind,
                weights_bytes=before.weights_bytes + self._weights.get(name, 0),
                kv_bytes=before.kv_bytes + self._kv.get(name, 0),
                compute_bytes=before.compute_bytes + self._compute.get(name, 0),
                available_bytes=device.free_bytes if device else None,
            )
        return list(rows.values())


def _bytes(mebibytes: str) -> int:
    return round(float(mebibytes) * _MIB)


def _add(table: dict[str, int], name: str, size: int) -> None:
    # One line a shard, and one a cache where layers with a sliding window have their own.
    table[name] = table.get(name, 0) + size
