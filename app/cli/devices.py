"""``devices``: what engines compute on here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app import __version__
from app.cli.words.checks import check_document, tell_check
from app.core.engines.instruction_sets import sets_in_use
from app.core.words import figures
from app.engine.variants import left_out
from app.lab.engines.hello import ask_engine, gpus_of
from app.lab.engines.self_check import SelfChecks
from app.monitor.machine import available_memory_bytes

if TYPE_CHECKING:
    import argparse

    from app.cli.arguments import Commands
    from app.cli.terminal.console import Console
    from app.core.engines.self_check import EngineCheck
    from app.engine.protocol.loading import Device
    from app.store.paths import Paths


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "devices",
        parents=[common],
        help="list what engines compute on",
        description="List the compute backends of the installed llama.cpp, the devices that they "
        "found on this PC, and what the engine's check of itself found: it computes with every "
        "tensor type once for each engine and processor, which takes some seconds.",
    )
    parser.add_argument("--check", action="store_true", help="check the engine anew")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    check = _check(console, paths, anew=bool(arguments.check))
    hello = ask_engine(paths.state)
    without = left_out(paths.state)
    devices = [_with_room(device) for device in hello.devices]
    if arguments.json:
        console.json(
            {
                "version": __version__,
                "engine": hello.engine,
                "backends": hello.backends,
                "variant": hello.variant,
                "variants_left_out": without,
                "instruction_sets": sets_in_use(hello.system_info),
                "self_check": check_document(check),
                "devices": [msgspec.to_builtins(device) for device in devices],
            }
        )
        return 0
    console.text(f"{hello.engine}, backends: {', '.join(hello.backends)}")
    variant = f"variant {hello.variant}" if hello.variant else "built for this PC"
    console.text(f"{variant}, uses {', '.join(sets_in_use(hello.system_info)) or 'no extras'}")
    if without:
        console.text(f"variants that fail here and are left out: {', '.join(without)}")
    tell_check(check, console, paths.state)
    rows = [
        (
            device.name,
            device.kind,
            device.description,
            figures.size(device.total_bytes or None),
            figures.size(device.free_bytes if device.total_bytes else None),
        )
        for device in devices
    ]
    titles = ("device", "kind", "what it is", "memory", "free")
    console.table(titles, rows, left=("device", "kind", "what it is"))
    if not gpus_of(hello):
        console.remark("No GPU: models are computed on the processor. README tells of GPU builds.")
    return 0


def _check(console: Console, paths: Paths, *, anew: bool) -> EngineCheck:
    paths.create()
    checks = SelfChecks(paths)
    known = None if anew else checks.known()
    if known is not None:
        return known
    with console.progress() as bars:
        bar = bars.add_task("checking the engine", total=None, note="")

        def told(done: int, of: int) -> None:
            bars.update(bar, completed=done, total=of)

        return checks.check(told=told)


def _with_room(device: Device) -> Device:
    """llama.cpp calls all of the PC's memory free."""
    if device.kind != "cpu":
        return device
    return msgspec.structs.replace(device, free_bytes=available_memory_bytes())
