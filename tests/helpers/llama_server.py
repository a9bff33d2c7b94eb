"""A real llama-server, where tools/build_llama_server.py has built one."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.build_llama_server import engine_libraries, kept_server

VARIABLE = "SHRINKSCOPE_LLAMA_SERVER"
_PATIENCE_S, _TRIES = 240.0, 3


def server_program() -> Path:
    """The program; it need not be there. The tests' own folders hide the person's cache."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else kept_server()


needs_llama_server = pytest.mark.skipif(
    not server_program().is_file(),
    reason="there is no llama-server: .venv/bin/python tools/build_llama_server.py",
)


@contextlib.contextmanager
def llama_server(
    model: Path, *words: str, key: str = "", threads: int = 1, niceness: int = 0
) -> Iterator[str]:
    """Run one over a model file; gives its address with ``/v1``.

    Args:
        model: The file.
        words: Further words of its command line; later ones count.
        key: That it asks for.
        threads: It computes with.
        niceness: By how much it gives way to other programs, as engines do by 5.
    """
    command = [
        *(("nice", "-n", str(niceness)) if niceness else ()),
        *(str(server_program()), "--model", str(model), "--host", "127.0.0.1"),
        *("--parallel", "1", "--threads", str(threads), "--ctx-size", "1024"),
        *(("--api-key", key) if key else ()),
        *words,
    ]
    # Over the libraries of the engine of this environment.
    environ = {**os.environ, "LD_LIBRARY_PATH": str(engine_libraries())}
    said = ""
    for _ in range(_TRIES):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
        with (
            tempfile.TemporaryFile() as log,
            subprocess.Popen(
                [*command, "--port", port], env=environ, stdout=log, stderr=log
            ) as process,
        ):
            try:
                if _answers(process, f"http://127.0.0.1:{port}/health"):
                    yield f"http://127.0.0.1:{port}/v1"
                    return
            finally:
                process.kill()
            log.seek(0)
            said = log.read().decode(errors="replace")
    pytest.fail(f"llama-server did not start:\n{said}")


def _answers(process: subprocess.Popen[bytes], health: str) -> bool:
    """Whether it comes to that; not where another program was quicker to take the port."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(health, timeout=_PATIENCE_S).close()
            return process.poll() is None
        except urllib.error.HTTPError as loading:
            loading.close()
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    return False
