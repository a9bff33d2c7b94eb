"""``devices``: what engines compute on here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app import __version__
from app.cli.words import gigabytes
from app.lab.engine_hello import ask_engine, gpus_of
from app.monitor.machine import available_memory_bytes

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.console import Console
    from app.engine.messages import Device
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "devices",
        parents=[common],
        help="list what engines compute on",
        description="List the compute backends of the installed llama.cpp, and the devices that "
        "they found on this PC.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    hello = ask_engine(paths.state)
    devices = [_with_room(device) for device in hello.devices]
    if arguments.json:
        console.json(
            {
                "version": __version__,
                "engine": hello.engine,
                "backends": hello.backends,
                "devices": [msgspec.to_builtins(device) for device in devices],
            }
        )
        return 0
    console.text(f"{hello.engine}, backends: {', '.join(hello.backends)}")
    rows = [
        (
            device.name,
            device.kind,
            device.description,
            gigabytes(device.total_bytes) if device.total_bytes else "–",
            gigabytes(device.free_bytes) if device.total_bytes else "–",
        )
        for device in devices
    ]
    titles = ("device", "kind", "what it is", "memory", "free")
    console.table(titles, rows, left=("device", "kind", "what it is"))
    if not gpus_of(hello):
        console.remark("No GPU: models are computed on the processor. README tells of GPU builds.")
    return 0


def _with_room(device: Device) -> Device:
    """llama.cpp calls all of the PC's memory free."""
    if device.kind != "cpu":
        return device
    return msgspec.structs.replace(device, free_bytes=available_memory_bytes())
