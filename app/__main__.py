"""Read the words of the command line and start one of the three programs in this package.

Nothing heavy is imported before the choice is made: the command line and the engine host never
import Qt, and the window learns what Qt lacks on this PC before Qt would abort over it.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

ENGINE_HOST = "--engine-host"
COMMANDS = frozenset(
    {
        "bench",
        "compare",
        "files",
        "fit",
        "get",
        "ladder",
        "models",
        "quality",
        "quantize",
        "remove",
        "rerun",
        "search",
        "tasks",
    }
)
"""First words that belong to the command line; ``app.cli`` understands exactly these."""


def main(argv: list[str] | None = None) -> int:
    """Run what the words ask for and return the exit status.

    Args:
        argv: The words after the program's name; those of this process when left out.
    """
    words = sys.argv[1:] if argv is None else argv
    first = words[0] if words else ""
    if first == ENGINE_HOST:
        return _run_engine_host()
    if first in COMMANDS or (first.startswith("-") and first != "--"):
        return _run_command_line(words)
    return _open_window([Path(word) for word in (words[1:] if first == "--" else words)])


def _run_engine_host() -> int:
    # Loaded by name on purpose: no module of the project may import the host, because only the
    # engine process may ever hold llama.cpp. A frozen build has to list it as a hidden import.
    host = importlib.import_module("app.engine.host.main")
    return int(host.main() or 0)


def _run_command_line(words: list[str]) -> int:
    # Ctrl+C is heard from the first import to the last engine's end.
    try:
        from app.cli.main import main as run

        return run(words)
    except KeyboardInterrupt:
        return 130


def _open_window(paths: list[Path]) -> int:
    from app.preflight import window_obstacle

    obstacle = window_obstacle()
    if obstacle is not None:
        sys.stderr.write(obstacle + "\n")
        return 1
    from app.ui.application import main as run

    return run(paths)


if __name__ == "__main__":
    sys.exit(main())
