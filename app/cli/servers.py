"""``servers``: engines elsewhere whose models can be candidates."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from app.cli.arguments import Commands, WrongArguments
from app.core.servers.address import host_of, origin_of, server_address
from app.core.servers.server import MOST_PRICE, Server, checked
from app.core.text.clean import whole_text
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.servers.book import ServerBook
from app.lab.servers.looking import Looked, look_at, look_at_all
from app.lab.servers.words import words_of
from app.store.servers.secrets import KeptWhere, Secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_COLUMNS = ("name", "address", "program", "models", "can tell", "round trip", "says")
_WORDS = {None: (0,), "add": (2,), "change": (1, 2), "remove": (1,), "test": (1,)}
_NO_PRICE = "none"


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "servers",
        parents=[common],
        help="list, add, change, remove and test engines elsewhere",
        description="Servers that run models, on this PC or elsewhere: llama-server, Ollama, "
        "LM Studio, vLLM, SGLang, exo, GPUStack, and whatever else speaks like OpenAI's. Once "
        "added, their models are candidates: server:NAME#model=ID. Without further words all of "
        "them are listed, and asked what they are. change leaves as it is what is not named.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=[each for each in _WORDS if each],
        help="what to do with one of them",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the name that you give it")
    parser.add_argument("url", nargs="?", metavar="URL", help="like http://127.0.0.1:9931/v1")
    parser.add_argument(
        "--key-env",
        metavar="VAR",
        help="the variable that holds its key, which is kept in the system's keyring",
    )
    parser.add_argument(
        "--ca", metavar="FILE", help="certificates that vouch for it, beside the system's own"
    )
    parser.add_argument("--no-key", action="store_true", help="with change: forget its key")
    for option, does in (("--price-in", "reads"), ("--price-out", "writes")):
        parser.add_argument(
            option,
            type=_price,
            metavar="MONEY",
            help=f"what a million tokens that it {does} cost, in your own currency; {_NO_PRICE} "
            "for nothing",
        )
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="talk to another computer in the clear, in a network that you trust",
    )
    parser.set_defaults(run=run)


def _price(word: str) -> float:
    """Money for a million tokens; −1 for none, so that None is what nobody said."""
    if word == _NO_PRICE:
        return -1.0
    try:
        price = float(word)
    except ValueError:
        price = -1.0
    if not 0 <= price <= MOST_PRICE:
        raise argparse.ArgumentTypeError(f"{word} is no price, like 0.25 or {_NO_PRICE}")
    return price


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; a server that is tested and cannot be used is a failure."""
    given = [each for each in (arguments.name, arguments.url) if each is not None]
    options = ("key_env", "ca", "price_in", "price_out")
    is_set = any(getattr(arguments, each) is not None for each in options) or arguments.plain_http
    changes = arguments.what == "change"
    if (
        len(given) not in _WORDS[arguments.what]
        or (is_set and arguments.what not in {"add", "change"})
        or (arguments.no_key and (not changes or arguments.key_env is not None))
        or (changes and len(given) == 1 and not is_set and not arguments.no_key)
    ):
        raise WrongArguments(say("servers.usage"))
    book = ServerBook.of_this_pc(paths)
    match arguments.what:
        case "add":
            looked = [look_at(book, _added(arguments, book, console))]
        case "change":
            looked = [look_at(book, _changed(arguments, book, console))]
        case "remove":
            gone = book.remove(whole_text(arguments.name))
            console.remark(f"{gone.name} is forgotten, and its key.")
            if arguments.json:
                console.json({"servers": []})
            return 0
        case "test":
            looked = [look_at(book, book.named(whole_text(arguments.name)))]
        case _:
            looked = look_at_all(book, book.all())
    if arguments.json:
        console.json({"servers": [_document(each) for each in looked]})
    else:
        _table(looked, console)
    failed = arguments.what == "test" and looked[0].found.why_not is not None
    return 1 if failed else 0


def _added(arguments: argparse.Namespace, book: ServerBook, console: Console) -> Server:
    key = _key(arguments)
    new = Server(name=whole_text(arguments.name), url=whole_text(arguments.url))
    server, where = book.add(_as_said(arguments, new, key), Secrets(key or ""))
    _say_where(where, server, console)
    return server


def _changed(arguments: argparse.Namespace, book: ServerBook, console: Console) -> Server:
    key = "" if arguments.no_key else _key(arguments)
    before = book.named(whole_text(arguments.name))
    url = before.url if arguments.url is None else whole_text(arguments.url)
    allowed = before.allows_plain_http and origin_of(server_address(url)) == before.origin
    server = msgspec.structs.replace(before, url=url, allows_plain_http=allowed)
    headers = dict.fromkeys(before.headers)
    server, where = book.change(before.name, _as_said(arguments, server, key), key, headers)
    if key:
        _say_where(where, server, console)
    return server


def _key(arguments: argparse.Namespace) -> str | None:
    """What is in the variable that is named; None where none is."""
    variable = arguments.key_env
    if variable is None:
        return None
    if variable not in os.environ:
        raise WrongArguments(say("servers.unset_variable", name=variable))
    return os.environ[variable].strip()


def _as_said(arguments: argparse.Namespace, server: Server, key: str | None) -> Server:
    """The server with what was named; where all travels in the clear the person is asked."""
    said: dict[str, Any] = {"allows_plain_http": arguments.plain_http or server.allows_plain_http}
    if key is not None:
        said["key_variable"] = str(arguments.key_env) if key else ""
    if arguments.ca is not None:
        said["ca_file"] = os.path.abspath(whole_text(arguments.ca)) if arguments.ca else ""
    for name in ("price_in", "price_out"):
        if (price := getattr(arguments, name)) is not None:
            said[name] = price if price >= 0 else None
    server = checked(msgspec.structs.replace(server, **said))
    if server.needs_leave:
        if arguments.json or not _agreed(server):
            raise WrongArguments(say("servers.ask_in_the_clear", host=host_of(server.url)))
        server = msgspec.structs.replace(server, allows_plain_http=True)
    return server


def _say_where(where: KeptWhere, server: Server, console: Console) -> None:
    if where is KeptWhere.VARIABLE:
        console.remark(str(say("servers.in_a_variable", name=server.key_variable)))


def _agreed(server: Server) -> bool:
    """Ask once, where there is somebody to answer."""
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(
        f"What is said to {host_of(server.url)} travels in the clear, for everyone on the way to "
        "read. Do you trust that network? [y/N] "
    )
    sys.stderr.flush()
    return sys.stdin.readline(16).strip().lower() in {"y", "yes"}


def _document(looked: Looked) -> dict[str, Any]:
    server, found = looked.server, looked.found
    return {
        "name": server.name,
        "url": server.url,
        "kind": server.kind,
        "version": found.version or None,
        "models": looked.server.choices,
        "price_in": server.price_in,
        "price_out": server.price_out,
        "abilities": sorted(looked.abilities),
        "round_trip_ns": found.round_trip_ns,
        "error": None if found.why_not is None else str(found.why_not),
    }


def _table(looked: Sequence[Looked], console: Console) -> None:
    if not looked:
        console.text("No servers yet: servers add NAME URL.")
        return
    console.table(
        _COLUMNS,
        [_row(each) for each in looked],
        left=("name", "address", "program", "models", "can tell", "says"),
    )


def _row(looked: Looked) -> tuple[object, ...]:
    server, found = looked.server, looked.found
    program = server.kind.program if server.kind else ""
    return (
        server.name,
        server.url,
        f"{program} {found.version}".strip(),
        ", ".join(looked.server.choices),
        ", ".join(map(str, words_of(looked.abilities))),
        figures.duration(found.round_trip_ns),
        "ready" if found.why_not is None else str(found.why_not),
    )
