"""An engine whose devices are workers on this PC, and such a worker: llama.cpp's RPC.

``python rpc_engine.py worker LIBRARIES PORT`` computes for others. Anything else is an engine host
that registers the workers which ``GGML_TEST_WORKERS`` names, as no engine of the program does.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def _worker(libraries: Path, port: str) -> None:
    for name in ("ggml-base", "ggml-cpu"):
        ctypes.CDLL(str(libraries / f"lib{name}.so.0"), ctypes.RTLD_GLOBAL)
    ggml = ctypes.CDLL(str(libraries / "libggml.so.0"))
    rpc = ctypes.CDLL(str(libraries / "libggml-rpc.so.0"))
    ggml.ggml_backend_dev_by_type.restype = ctypes.c_void_p
    devices = (ctypes.c_void_p * 1)(ggml.ggml_backend_dev_by_type(0))
    size = ctypes.c_size_t
    rpc.ggml_backend_rpc_start_server.argtypes = [
        *(ctypes.c_char_p, ctypes.c_char_p),
        *(size, size, ctypes.c_void_p),
    ]
    rpc.ggml_backend_rpc_start_server(f"127.0.0.1:{port}".encode(), None, 1, 1, devices)


def _engine() -> int:
    from app.engine.host import main
    from app.engine.host.llama import native

    start = native.start_native

    def with_workers(left_out: tuple[str, ...] = ()) -> None:
        start(left_out)
        rpc, ggml = native.library("ggml-rpc"), native.library("ggml")
        assert rpc is not None
        assert ggml is not None
        rpc.ggml_backend_rpc_add_server.restype = ctypes.c_void_p
        rpc.ggml_backend_rpc_add_server.argtypes = [ctypes.c_char_p]
        ggml.ggml_backend_register.argtypes = [ctypes.c_void_p]
        for endpoint in os.environ["GGML_TEST_WORKERS"].split(","):
            ggml.ggml_backend_register(rpc.ggml_backend_rpc_add_server(endpoint.encode()))

    native.start_native = with_workers
    return main.main()


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        _worker(Path(sys.argv[2]), sys.argv[3])
    else:
        sys.path.insert(0, str(Path(__file__).parents[2]))
        sys.exit(_engine())
