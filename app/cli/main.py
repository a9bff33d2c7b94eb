"""The words of the command line; see each command's own module."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import os
import sys
from typing import NoReturn

from app.base.build import PROGRAM
from app.cli.arguments import WrongArguments
from app.cli.commands import COMMANDS
from app.cli.terminal.console import Console
from app.core.candidates.setting import NotationError
from app.core.errors import PersonError
from app.core.text.clean import for_terminal
from app.core.text.log_lines import LogLines
from app.store.damage import mended
from app.store.paths import Paths

log = logging.getLogger(__name__)

DONE, FAILED, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        stop = "" if message.endswith(("?", ".")) else "."
        said = for_terminal(f"{message}{stop}", one_line=True)
        sys.stderr.write(f"{self.prog}: {said} Try '{self.prog} --help'.\n")
        sys.exit(WRONG_ARGUMENTS)


def main(argv: list[str]) -> int:
    """Run one command.

    Args:
        argv: The words after the program's name.

    Returns:
        0 done; 1 something failed; 2 wrong arguments; 130 interrupted.
    """
    _open_streams()
    parser = build_parser(argv[0] if argv else "")
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    if "run" not in arguments:
        parser.print_help(sys.stderr)
        return WRONG_ARGUMENTS
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(LogLines())
    logging.basicConfig(level=getattr(logging, arguments.log_level.upper()), handlers=[lines])
    console = Console(quiet=arguments.quiet)
    paths = Paths.default()
    end_listening = mended.listen(console.remark)
    try:
        for words in paths.create():
            log.warning("open to other accounts: %s", words)
        status = int(arguments.run(arguments, console, paths))
        sys.stdout.flush()
    except PersonError as error:
        console.error(error.sentence)
        return WRONG_ARGUMENTS if isinstance(error, NotationError | WrongArguments) else FAILED
    except KeyboardInterrupt:
        console.error("Interrupted.")
        return INTERRUPTED
    except OSError as error:
        _drop_output()
        if not isinstance(error, BrokenPipeError):
            console.error(f"The result could not be written: {error.strerror or error}.")
        return FAILED
    finally:
        end_listening()
    return status


def _open_streams() -> None:
    """A program may be started without standard output or standard error."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _drop_output() -> None:
    """Nobody can be told any more: let the interpreter's own last flush go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser(first: str = "") -> argparse.ArgumentParser:
    """The parser of every command, or of the one that the first word names."""
    parser = _Parser(
        prog="shrinkscope",
        description="Which shrunken version of a language model to run, and what is lost. "
        "Without a command, or with model files alone, the window opens.",
    )
    parser.add_argument("--version", action="version", version=PROGRAM)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument("--quiet", action="store_true", help="no progress and no messages")
    common.add_argument(
        "--log-level",
        default="error",
        choices=("debug", "info", "warning", "error"),
        help="how much is told on standard error (default: error)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    # What one command needs is no reason for another to wait.
    for name in [first] if first in COMMANDS else COMMANDS:
        module = importlib.import_module(f"app.cli.{COMMANDS[name]}")
        module.add_parser(commands, common)
    return parser
