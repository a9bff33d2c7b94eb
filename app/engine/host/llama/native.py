"""llama.cpp itself: its libraries, loadable backends, devices and log."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Collection
from importlib import metadata
from pathlib import Path

import llama_cpp as lc

from app.engine.host.llama.variants import load_without
from app.engine.host.process.gpus import spare_drivers
from app.engine.protocol.loading import Device


def backend_names() -> list[str]:
    """Their names as llama.cpp says them (CPU, Vulkan, CUDA, Metal …); call after the start."""
    ggml, base = library("ggml"), library("ggml-base")
    if ggml is None or base is None:
        return []
    ggml.ggml_backend_reg_count.restype = ctypes.c_size_t
    ggml.ggml_backend_reg_get.restype = ctypes.c_void_p
    ggml.ggml_backend_reg_get.argtypes = [ctypes.c_size_t]
    base.ggml_backend_reg_name.restype = ctypes.c_char_p
    base.ggml_backend_reg_name.argtypes = [ctypes.c_void_p]
    names = [
        base.ggml_backend_reg_name(ggml.ggml_backend_reg_get(index))
        for index in range(ggml.ggml_backend_reg_count())
    ]
    return [name.decode("utf-8", errors="replace") for name in names if name]


_DEVICE_KINDS = {0: "cpu", 1: "gpu", 2: "igpu", 3: "accelerator"}

_LINE_CHARACTERS = 1000
_MOST_LINES = 20_000


class NativeLog:
    """Sends llama.cpp's log to stderr, which the window process keeps, and notes sizes in it.

    What files put into the log may be of any length: lines are cut, and the latest ones kept.
    The ctypes callback must outlive the library's use of it, so one object serves the process.

    Attributes:
        callback: For further libraries that speak.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._listener: Callable[[str], None] | None = None
        self._partial = ""
        self.callback = lc.llama_log_callback(self._on_log)
        lc.llama_log_set(self.callback, ctypes.c_void_p(0))

    @property
    def lines(self) -> list[str]:
        """What came since the last :meth:`collect`."""
        return self._lines

    def collect(self, listener: Callable[[str], None] | None = None) -> list[str]:
        """Begin a new collection of lines; ``listener`` is told each as it comes."""
        self._lines = []
        self._listener = listener
        return self._lines

    def _on_log(self, _level: int, text: bytes, _user_data: object) -> None:
        # A line may come in several calls.
        for number, piece in enumerate(text.split(b"\n")):
            if number:
                self._end_line()
            room = _LINE_CHARACTERS - len(self._partial)
            # As many bytes as these characters can have: the rest need not be decoded.
            fresh = piece[: 4 * room].decode("utf-8", errors="replace")[:room]
            sys.stderr.write(fresh)
            self._partial += fresh

    def _end_line(self) -> None:
        sys.stderr.write("\n")
        line, self._partial = self._partial, ""
        if len(self._lines) >= _MOST_LINES:
            del self._lines[: _MOST_LINES // 2]
        self._lines.append(line)
        if self._listener is not None:
            self._listener(line)


def start_native(left_out: Collection[str] = ()) -> None:
    """Load compute backends where they come as separate libraries, then start llama.cpp.

    llama-cpp-python built with GGML_BACKEND_DL does not load them itself: the libraries lie in
    ``site-packages/bin`` and llama.cpp looks beside the executable only.

    Args:
        left_out: Variants for this processor to do without, as long as there is another one.
    """
    package = Path(lc.__file__).parent
    ggml = library("ggml")
    if ggml is not None and ggml.ggml_backend_reg_count() == 0:
        spare_drivers()
        load = ggml.ggml_backend_load_all_from_path
        load.argtypes = [ctypes.c_char_p]
        load.restype = None
        for folder in (package.parent / "bin", package / "lib", Path(sys.executable).parent):
            if any(folder.glob("*ggml-cpu*")):
                if not (left_out and load_without(ggml, folder, left_out)):
                    load(str(folder).encode())
                break
    lc.llama_backend_init()


def engine_version() -> str:
    """The engine in words, for reports."""
    return f"llama-cpp-python {metadata.version('llama-cpp-python')}"


def system_info() -> str:
    """What llama.cpp says of the processor features it uses."""
    return lc.llama_print_system_info().decode("utf-8", errors="replace")


def device_handles() -> list[int]:
    """llama.cpp's handles of what it can compute on."""
    ggml = library("ggml")
    if ggml is None:
        return []
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    return [ggml.ggml_backend_dev_get(index) for index in range(ggml.ggml_backend_dev_count())]


def devices() -> list[Device]:
    """The devices that llama.cpp can compute on, in the order of :func:`device_handles`."""
    base = library("ggml-base")
    if base is None:
        return []
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
    for device in device_handles():
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


def cpu_buffer_type() -> int | None:
    """llama.cpp's name for the PC's own memory; None where its library is not found."""
    base = library("ggml-base")
    if base is None:
        return None
    base.ggml_backend_cpu_buffer_type.restype = ctypes.c_void_p
    return base.ggml_backend_cpu_buffer_type()


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", errors="replace").strip()


def library(name: str) -> ctypes.CDLL | None:
    """The very copy of a library that llama.cpp uses.

    The wheel holds three copies of each under versioned names; libllama links the one with the
    major version, and state set in another copy is silently ignored. Another build of all of them
    may stand in for the wheel's.
    """
    folder = Path(os.environ.get("LLAMA_CPP_LIB_PATH") or Path(lc.__file__).parent / "lib")
    for file_name in (f"lib{name}.so.0", f"lib{name}.0.dylib", f"{name}.dll", f"lib{name}.dll"):
        if (folder / file_name).is_file():
            return ctypes.CDLL(str(folder / file_name))
    return None
