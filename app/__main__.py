"""Read the words of the command line and start one of the programs in this package.

Nothing heavy is imported before the choice is made: the command line and the engine host never
import Qt, and the window learns what Qt lacks on this PC before Qt would abort over it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO, cast

from app.base.rights import keep_to_oneself
from app.cli.commands import COMMANDS

ENGINE_HOST = "--engine-host"
PICTURE_READER = "--picture-reader"


def main(argv: list[str] | None = None) -> int:
    """Run what the words ask for and return the exit status.

    Args:
        argv: The words after the program's name; those of this process when left out.
    """
    words = sys.argv[1:] if argv is None else argv
    first = words[0] if words else ""
    if first == ENGINE_HOST:
        return _run_engine_host()
    keep_to_oneself()
    if first == PICTURE_READER:
        from app.ui.picture_reader import main as read_picture

        return read_picture(words[1:])
    if first in COMMANDS or (first.startswith("-") and first != "--"):
        return _run_command_line(words)
    files_only = first == "--"
    return _open_window(words[1:] if files_only else words, files_only=files_only)


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


def _open_window(words: Sequence[str], *, files_only: bool) -> int:
    # A window that runs already is told before anything is asked of a display, and before Qt, which
    # takes longer to load than all of this.
    from app.core.errors import PersonError
    from app.core.hub.opening import read_words
    from app.store.paths import Paths
    from app.store.window.claim import claim_or_hand_over, hand_over

    paths = Paths.default()
    opening = read_words(words, _current_folder(), os.environ, files_only=files_only)
    try:
        if hand_over(paths, opening):
            return 0
        if (obstacle := _window_obstacle()) is not None:
            _say(obstacle)
            return 1
        claim = claim_or_hand_over(paths, opening)
    except PersonError as error:
        return _refuse(error.sentence)
    if claim is None:
        return 0
    try:
        from app.ui.application import main as run

        return run(opening, claim)
    finally:
        claim.release()


def _window_obstacle() -> str | None:
    from app.preflight import window_obstacle

    return window_obstacle()


def _refuse(sentence: str) -> int:
    """Say why no window opens; also in one of its own, because stderr is seldom looked at."""
    _say(sentence)
    if _window_obstacle() is None:
        from app.ui.application import tell

        tell(sentence)
    return 1


def _say(sentence: str) -> None:
    # A window program of Windows has no standard error.
    from app.core.text.clean import for_terminal

    if (stream := cast("TextIO | None", sys.stderr)) is not None:
        stream.write(for_terminal(sentence) + "\n")
        stream.flush()


def _adopt_package() -> None:
    """Let ``app`` be the package that this file lies in, and nothing beside it be looked at.

    Engines are started by this file's path. A search path would also find what else lies beside the
    package or in the current folder, and take a file there for the module of Python's of its name.
    """
    if not sys.flags.safe_path:
        del sys.path[0]
    if "app" not in sys.modules:
        place = Path(__file__).with_name("__init__.py")
        spec = importlib.util.spec_from_file_location("app", place)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["app"] = package = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(package)


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed; only absolute paths mean something then
        return Path.home()


if __name__ == "__main__":
    _adopt_package()
    sys.exit(main())
