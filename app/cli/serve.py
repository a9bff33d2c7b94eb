"""``serve``: candidates behind an address that other programs can ask."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING

import msgspec

from app.cli.arguments import THREADS_HELP, Commands, WrongArguments, threads
from app.cli.models import add_model_arguments, chosen_models
from app.core.servers.address import is_loopback
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.pictures.shelf import PictureShelf
from app.lab.serve.door import Rules
from app.lab.serve.running import (
    USUAL_HOST,
    USUAL_PORT,
    Serving,
    opened_address,
    serve,
    url_of,
)
from app.lab.serve.served import named
from app.monitor.machine import physical_core_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.terminal.console import Console
    from app.lab.serve.told import Answered, EngineState
    from app.store.paths import Paths

_MOST_PORT = 65_535
_KEY = re.compile(r"[!-~]{1,4096}")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+|null")
_DONE = 200


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "serve",
        parents=[common],
        help="let other programs use versions through an address like OpenAI's",
        description="Answer chats of other programs, such as an editor, at /v1/chat/completions "
        "and /v1/completions, until it is interrupted. Engines are started when they are asked, "
        "and sleep when memory is short. Only this PC can ask, unless --host says otherwise.",
    )
    add_model_arguments(parser)
    parser.add_argument(
        "--host",
        default=USUAL_HOST,
        help=f"address of this PC to be reached at (default: {USUAL_HOST}); any but this PC's own "
        "needs a key",
    )
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help=f"default: {USUAL_PORT}, or any where that is taken; 0 takes any",
    )
    parser.add_argument(
        "--key-env", metavar="VAR", help="the variable that holds the key that is asked for"
    )
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="a web page's origin that may ask from a browser, like https://chat.example",
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.add_argument("--events", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; it ends by a signal, or with the program that reads its events."""
    rules = _rules(arguments)
    chosen = chosen_models(arguments, console, paths)
    served = named(opened(candidate, chosen.open) for candidate in chosen.candidates)
    address = opened_address(whole_text(arguments.host), arguments.port)
    url, names = url_of(address), [each.name for each in served]

    def told(answered: Answered) -> None:
        if arguments.events:
            console.json_line({"answered": msgspec.to_builtins(answered)})
        elif not arguments.json:
            console.remark(_line(answered))

    def changed(states: Sequence[EngineState]) -> None:
        if arguments.events:
            console.json_line({"engines": msgspec.to_builtins(states)})

    if arguments.json:
        console.json_line({"url": url, "models": names, "key_required": bool(rules.key)})
    else:
        console.text(f"{', '.join(names)} at {url}; Ctrl+C ends it.")
    if not is_loopback(arguments.host):
        console.remark(str(say("serve.open_to_others")))
    serving = Serving(
        served,
        rules,
        arguments.threads or physical_core_count(),
        told,
        changed,
        sys.stdin.buffer.read if arguments.events else None,
    )
    serve(address, serving, EngineRoom.of_this_pc(paths), PictureShelf(paths.pictures))
    return 0


def _rules(arguments: argparse.Namespace) -> Rules:
    key = _key(arguments.key_env)
    if not key and not is_loopback(arguments.host):
        raise WrongArguments(say("serve.needs_key", host=arguments.host))
    for word in arguments.origin:
        if not _ORIGIN.fullmatch(word):
            raise WrongArguments(say("serve.wrong_origin", word=word[:200]))
    return Rules(key, tuple(arguments.origin))


def _key(variable: str | None) -> str:
    if variable is None:
        return ""
    key = os.environ.get(variable, "").strip()
    if not _KEY.fullmatch(key):
        raise WrongArguments(say("serve.empty_key", name=variable))
    return key


def _port(word: str) -> int:
    try:
        value = int(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{word} is not a whole number") from None
    if not 0 <= value <= _MOST_PORT:
        raise argparse.ArgumentTypeError(f"{word} is not between 0 and {_MOST_PORT}")
    return value


def _line(answered: Answered) -> str:
    if answered.status != _DONE or answered.figures is None:
        return f"{answered.name}: {answered.error or 'given up by who asked'}"
    told = answered.figures
    speed = told.tokens_per_second
    fast = f", {figures.speed(speed)}" if speed is not None else ""
    read, written = told.prompt_tokens, told.generated_tokens
    return f"{answered.name}: {read:,} tokens read, {written:,} written{fast}"
