"""``sign-in``: keep a token for the Hub in the system's keyring, or forget it."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

from app.cli.words.hub import SIGN_IN, add_endpoint, opened_hub
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.hub.account import token_owner
from app.hub.errors import HubUnauthorized
from app.hub.tokens import TokenSource

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.store.paths import Paths

_MOST_SIGNS = 4_096


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        SIGN_IN,
        parents=[common],
        help="keep a token for the Hub",
        description="Ask for an access token of the Hub (made there under Settings, Access tokens; "
        "reading is all that it must allow), or take it from standard input, and keep it in the "
        "system's keyring. Only gated and private repositories need one.",
    )
    parser.add_argument("--forget", action="store_true", help="forget the token that is kept")
    add_endpoint(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    with opened_hub(arguments, console, paths) as hub:
        if arguments.forget:
            hub.tokens.forget()
            owner, said = None, "The token is forgotten."
        else:
            if hub.tokens.keep(_asked()) is not TokenSource.KEYRING:
                raise PersonError(say("program.pc_no_keyring_keeps_secrets"))
            try:
                owner = token_owner(hub.connection)
            except HubUnauthorized:
                hub.tokens.forget()
                raise
            said = f"Signed in as {owner}; the token is kept in the system's keyring."
    if arguments.json:
        console.json({"account": owner})
    else:
        console.text(said)
    return 0


def _asked() -> str:
    if sys.stdin is None:
        raise PersonError(say("program.no_standard_input_take_token"))
    if not sys.stdin.isatty():
        return sys.stdin.readline(_MOST_SIGNS)
    try:
        return getpass.getpass("Access token: ")
    except EOFError:
        return ""
