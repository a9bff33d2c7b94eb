"""What the commands about the Hub share."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING

from app.core.hub_names import HubNameError, is_page, may_be_path, parse_hub_address
from app.hub.errors import HubGated, HubUnauthorized
from app.store.glance import certificate_file

if TYPE_CHECKING:
    import argparse

    from app.cli.terminal.console import Console
    from app.lab.hub.access import HubAccess
    from app.store.paths import Paths

SIGN_IN = "sign-in"


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """The address of another Hub."""
    parser.add_argument(
        "--endpoint", metavar="URL", help="another Hub (or HF_ENDPOINT); https, or this PC"
    )


def names_hub_file(word: str) -> bool:
    """Whether a word that means nothing on this PC names a model file on the Hub.

    ``folder/file.gguf`` has the form of a repository's name, but is a path with a slip in it, and
    so may be ``folder/sub/file.gguf``: without a level or a file behind a colon it takes the
    address of a page to name a repository.
    """
    try:
        address = parse_hub_address(word)
    except HubNameError:
        return "://" in word  # of another Hub, or wrong: opening it tells
    if may_be_path(word):
        return False
    return address.level is not None or address.file_name is not None or is_page(word)


@contextlib.contextmanager
def opened_hub(
    arguments: argparse.Namespace, console: Console, paths: Paths
) -> Generator[HubAccess]:
    """The Hub that the words ask for; says so where it is not the default one.

    Raises:
        PersonError: Its address must not be used.
    """
    from app.lab.hub.access import HubAccess  # it costs every command time, and few need it

    hub = HubAccess.open(paths.cache, arguments.endpoint, certificate_file(paths.settings))
    if hub.settings.badge is not None:
        console.remark(f"Hub: {hub.settings.badge}")
    try:
        yield hub
    except (HubUnauthorized, HubGated):
        console.remark(f"To sign in: shrinkscope {SIGN_IN}")
        raise
    finally:
        for token in hub.tokens.refused():
            console.remark(
                f"The Hub does not accept the token from {token.place}: it was asked without it."
            )
        hub.close()
