"""Runs the packaged engine on a processor that this PC does not have, in qemu's user mode.

``python packaging/installers/old_processor.py PROCESSOR`` does it and prints the program's document
for one answer of the demo model, and the engine's log on standard error.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

from common import NAME, ROOT, TREE, PackagingError

TEMPLATE_SECONDS = 300.0
START_SECONDS = 600.0
WORDS = ("--prompt", "What is 47 + 38?", "--max-tokens", "24", "--threads", "1", "--json")
# They would choose code for this PC's processor.
_MISLEADING = ("OPENBLAS_CORETYPE", "NPY_ENABLE_CPU_FEATURES")


@dataclass(frozen=True, slots=True)
class Said:
    """What the engine did.

    Attributes:
        backend: Which of its libraries it chose.
        text: What it generated.
    """

    backend: str
    text: str


def engine_command(processor: str) -> list[str]:
    """The words that start the packaged engine on another processor.

    A frozen program starts itself a second time, with its library folder in the environment; that
    second start would leave qemu. So qemu begins there: these variables are what the first start
    sets.
    """
    program = TREE / NAME
    variables = {
        "LD_LIBRARY_PATH": str(TREE / "_internal"),
        "_PYI_ARCHIVE_FILE": str(program),
        "_PYI_PARENT_PROCESS_LEVEL": "-1",
        "_PYI_LINUX_PROCESS_NAME": NAME,
    }
    words = ["qemu-x86_64", "-cpu", processor]
    for name, value in variables.items():
        words += ["-E", f"{name}={value}"]
    return [*words, str(program), "--engine-host", "--parent", str(os.getpid())]


def generate(processor: str, home: str) -> Said:
    """Let the packaged engine answer one prompt with the demo model.

    Args:
        processor: As qemu names it.
        home: A folder for what the program writes.

    Raises:
        PackagingError: It does not answer, or not on that processor.
    """
    ours = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    told = subprocess.run(
        [sys.executable, __file__, processor],
        env=ours | {"SHRINKSCOPE_HOME": home, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    backend = re.search(r"loaded CPU backend from .*/lib(ggml-cpu-\w+)", told.stderr)
    if backend is None or told.returncode != 0:
        raise PackagingError(f"The engine does not generate there:\n{told.stdout}{told.stderr}")
    if backend[1] not in ("ggml-cpu-sse42", "ggml-cpu-x64"):
        raise PackagingError(f"{backend[1]} is not for that processor: it ran on this PC's.")
    (row,) = json.loads(told.stdout)["candidates"]
    return Said(backend[1], str(row["text"]).strip())


def main(processor: str) -> int:
    """Run one comparison in this process, its engine on another processor."""
    from app.cli.main import main as run
    from app.engine.local import client
    from app.lab.demo.demo import demo_base

    started: list[client.EngineClient] = []
    start = client.EngineClient.start

    def noted(self: client.EngineClient) -> None:
        started.append(self)
        start(self)

    client.EngineClient.start = noted
    client.TEMPLATE_SECONDS, client.START_SECONDS = TEMPLATE_SECONDS, START_SECONDS
    client.engine_command = lambda: engine_command(processor)
    status = run(["compare", str(demo_base()), *WORDS])
    for engine in started:
        print(engine.log_text(), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
