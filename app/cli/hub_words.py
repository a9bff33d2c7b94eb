"""What the commands about the Hub share."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.lab.hub_access import HubAccess

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

    from app.cli.console import Console
    from app.store.paths import Paths


def add_endpoint(parser: argparse.ArgumentParser) -> None:
    """The address of another Hub."""
    parser.add_argument(
        "--endpoint", metavar="URL", help="another Hub (or HF_ENDPOINT); https, or this PC"
    )


@contextlib.contextmanager
def opened_hub(
    arguments: argparse.Namespace, console: Console, paths: Paths
) -> Generator[HubAccess]:
    """The Hub that the words ask for; says so where it is not the default one.

    Raises:
        PersonError: Its address must not be used.
    """
    hub = HubAccess.open(paths.cache, arguments.endpoint)
    if hub.settings.badge is not None:
        console.remark(f"Hub: {hub.settings.badge}")
    try:
        yield hub
    finally:
        hub.close()


def parameters(count: int | None) -> str:
    """A number of parameters as people write it: ``1.1B``."""
    if count is None:
        return "–"
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)
