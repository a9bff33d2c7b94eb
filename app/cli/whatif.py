"""``whatif``: the same candidate on other devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.arguments import (
    CONTEXT_HELP,
    KV_HELP,
    THREADS_HELP,
    Commands,
    WrongArguments,
    positive,
    threads,
)
from app.cli.models import CANDIDATE_HELP, candidate_named
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings, KvType
from app.core.devices.device import Device, devices_named
from app.core.words import figures
from app.core.words.sentence import say
from app.lab.scale.shipped import shipped_devices
from app.store.glance import own_devices

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from app.cli.terminal.console import Console
    from app.core.devices.carried import Carried
    from app.lab.scale.whatif import WhatIf
    from app.store.paths import Paths

_PATIENCE_SECONDS = 1.3
_NOT_PUBLISHED = "not published"


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "whatif",
        parents=[common],
        help="say whether a candidate would fit another device, and how fast it would be",
        description="Carry a candidate over to other devices: what llama.cpp plans for it here "
        "against the memory that is left there beside the system, and a range of tokens per "
        "second from the device's published bandwidth and what this PC reaches of its own. The "
        "upper end is with an empty context, the lower one with a full one.",
    )
    parser.add_argument("candidate", metavar="CANDIDATE", nargs="?", help=CANDIDATE_HELP)
    parser.add_argument(
        "--device",
        metavar="NAME",
        action="append",
        default=[],
        help="only this one, or all with these words in their name (several allowed)",
    )
    parser.add_argument("--devices", action="store_true", help="list the devices that are known")
    parser.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    parser.add_argument(
        "--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16), help=KV_HELP
    )
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    devices = _wanted(arguments.device, [*own_devices(paths.settings), *shipped_devices()])
    if arguments.candidate is None:
        if not arguments.devices:
            raise WrongArguments(say("program.name_model_file"))
        if arguments.json:
            rows = [_device(device) for device in devices]
            console.json({"candidate": None, "basis": None, "devices": rows})
        else:
            _list(devices, console)
        return 0
    known = _planned(arguments, console, paths)
    found = known.on(devices)
    if known.has_draft:
        console.remark(str(say("scale.draft_speeds_nothing")))
    if arguments.json:
        console.json(
            {
                "candidate": arguments.candidate,
                "level": known.model.level_name or None,
                "context_tokens": known.context_tokens,
                "basis": str(known.own.basis),
                "own_bandwidth_share": known.own.share,
                "devices": [_document(one) for one in found],
            }
        )
    else:
        _show(arguments.candidate, known, found, console)
    return 0


def _wanted(words: Sequence[str], devices: Sequence[Device]) -> list[Device]:
    if not words:
        return list(devices)
    found: list[Device] = []
    for word in words:
        named = devices_named(word, devices)
        if not named:
            raise WrongArguments(say("scale.no_such_device", name=word))
        found += named
    return list(dict.fromkeys(found))


def _planned(arguments: argparse.Namespace, console: Console, paths: Paths) -> WhatIf:
    from app.cli.words.fit import fitter
    from app.lab.scale.whatif import what_if
    from app.monitor.machine import physical_core_count

    usual = Candidate(LocalFile(""), EngineSettings(kv_type=KvType(arguments.kv)))
    candidate = candidate_named(arguments.candidate, paths, usual)
    cores = arguments.threads or candidate.engine.threads or physical_core_count()
    with console.progress() as progress:
        progress.add_task("Planning", total=None, note="")
        with fitter(paths, cores, _PATIENCE_SECONDS) as answers:
            return what_if(candidate, answers, arguments.ctx)


def _device(device: Device) -> dict[str, object]:
    return {
        "name": device.name,
        "memory_bytes": device.memory_bytes,
        "usable_bytes": device.usable_bytes,
        "bandwidth_bytes_per_s": device.bytes_per_s,
        "source": f"{device.source} ({device.url or 'no address'}, {device.date.isoformat()})",
    }


def _document(one: Carried) -> dict[str, object]:
    return {
        **_device(one.device),
        "needs_bytes": one.needs_bytes,
        "verdict": str(one.verdict),
        "tokens_per_second_low": one.slow,
        "tokens_per_second_high": one.quick,
    }


def _list(devices: Sequence[Device], console: Console) -> None:
    console.table(
        ("device", "for models", "bandwidth", "source"),
        [
            (device.name, str(figures.size(device.usable_bytes)), _bandwidth(device), device.source)
            for device in devices
        ],
        left=("device", "source"),
    )


def _bandwidth(device: Device) -> str:
    return _NOT_PUBLISHED if device.bytes_per_s is None else str(figures.rate(device.bytes_per_s))


def _show(name: str, known: WhatIf, found: Sequence[Carried], console: Console) -> None:
    context = figures.context(known.context_tokens)
    console.text(f"{name}, context of {context}: {figures.size(known.needs.total_bytes)}")
    console.table(
        ("device", "for models", "", "tok/s, full to empty context"),
        [
            (
                one.device.name,
                str(figures.size(one.device.usable_bytes)),
                {"fits": "fits", "tight": "tight", "no": "does not fit"}[str(one.verdict)],
                _range(one),
            )
            for one in found
        ],
        left=("device", ""),
    )
    share = figures.share(min(1.0, known.own.share))
    console.remark(f"The lower end rests on the {known.own.basis}: {share}.")


def _range(one: Carried) -> str:
    if one.device.bytes_per_s is None:
        return _NOT_PUBLISHED
    if one.slow is None or one.quick is None:
        return figures.MISSING
    return f"{figures.speed(one.slow).value} – {figures.speed(one.quick).value}"
