"""``compare``: the same prompt to several model files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.bootstrap import build_command_session
from app.cli.arguments import (
    CONTEXT_HELP,
    KV_HELP,
    THREADS_HELP,
    Commands,
    add_sampling_arguments,
    positive,
    prompt,
    sampling_of,
    threads,
)
from app.cli.models import ChosenModels, add_model_arguments, chosen_models
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import (
    CompareMode,
    EngineSettings,
    KvType,
)
from app.core.chats.chat import Answer, StopReason
from app.core.chats.templates import WELL_KNOWN, plain_completion
from app.core.ladder.results import BUSY_CORES
from app.core.text.clean import plain_text
from app.core.words import figures
from app.lab.compare.doubts import EngineDoubts
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.sweep import CompareRequest, CompareRow, compare
from app.lab.engines.self_check import SelfChecks
from app.lab.history.keeping import keep, keep_chat
from app.lab.pictures.shelf import PictureShelf
from app.monitor.load import others_use_beside_family
from app.monitor.machine import machine_facts
from app.monitor.sampler import Monitor
from app.store.chats import ChatStore
from app.store.database import in_memory

if TYPE_CHECKING:
    import argparse

    from rich.progress import Progress, TaskID

    from app.cli.terminal.console import Console
    from app.core.chats.pictures import Picture
    from app.core.servers.facts import Served
    from app.monitor.samples import Sample
    from app.store.paths import Paths

_SAMPLE_SECONDS = 0.05
_STATE_WORDS = {
    PaneState.PREPARING: "being made",
    PaneState.ASLEEP: "",
    PaneState.LOADING: "loading",
    PaneState.READY: "done",
    PaneState.WAITING: "waiting",
    PaneState.READING: "reading the prompt",
    PaneState.GENERATING: "generating",
    PaneState.STOPPING: "stopping",
    PaneState.FAILED: "failed",
}


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "compare",
        parents=[common],
        help="ask several model files the same",
        description="Ask several model files the same prompt, one after another, alone on the "
        "machine (or --together), and show answers, speed and memory. It is kept as a chat in the "
        "history.",
    )
    add_model_arguments(parser)
    parser.add_argument("--prompt", type=prompt, required=True, metavar="TEXT", help="what to ask")
    parser.add_argument(
        "--image",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a picture to show with the prompt; several times for several",
    )
    parser.add_argument("--system", default="", metavar="TEXT", help="system prompt")
    add_sampling_arguments(parser)
    parser.add_argument("--ctx", type=positive, metavar="N", help=CONTEXT_HELP)
    parser.add_argument("--threads", type=threads, metavar="N", help=THREADS_HELP)
    parser.add_argument(
        "--kv", choices=[str(kind) for kind in KvType], default=str(KvType.F16), help=KV_HELP
    )
    parser.add_argument("--together", action="store_true", help="all at the same time")
    parser.add_argument(
        "--template",
        choices=[template.id for template in WELL_KNOWN],
        help="a well-known chat template in place of the files' own",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console, paths: Paths) -> int:
    """Carry the command out; returns the exit status."""
    engine = EngineSettings(
        context_tokens=arguments.ctx, threads=arguments.threads, kv_type=KvType(arguments.kv)
    )
    usual = Candidate(LocalFile(""), engine, arguments.template)
    chosen = chosen_models(arguments, console, paths, usual)
    request = CompareRequest(
        prompt=arguments.prompt,
        system_prompt=arguments.system,
        sampling=sampling_of(arguments),
        mode=CompareMode.TOGETHER if arguments.together else CompareMode.RACE,
        pictures=tuple(_shown(arguments.image, paths.pictures, console)),
    )
    begin = others_use_beside_family()
    rows, engine = _measured(chosen, request, console, paths)
    end = others_use_beside_family()
    others = end.cores_since(begin) if begin is not None and end is not None else 0.0
    if others > BUSY_CORES and any(row.tokens_per_second for row in rows):
        console.remark(
            f"Other programs kept {others:.1f} cores busy meanwhile: speeds are lower than at rest."
        )
    if plain := [row.candidate.name for row in rows if row.lacks_template and not row.error]:
        console.remark(f"{plain_completion(plain)} --template chooses one.")
    if arguments.json:
        candidates = [_plain(row, chosen) for row in rows]
        machine = msgspec.to_builtins(machine_facts())
        mode = str(request.mode)
        console.json({"machine": machine, "engine": engine, "mode": mode, "candidates": candidates})
    else:
        _show(rows, chosen, console)
    for row in rows:
        if row.error:
            console.error(f"{chosen.called(row.candidate)}: {row.error}")
    return 1 if any(row.error for row in rows) else 0


def _shown(files: Sequence[Path], folder: Path, console: Console) -> Iterator[Picture]:
    shelf = PictureShelf(folder)
    for file in files:
        picture = shelf.take(file)
        if picture.is_scaled:
            console.remark(
                f"{picture.name} is shown at {picture.width} × {picture.height} pixels, not at "
                f"{picture.source_width} × {picture.source_height}."
            )
        if picture.frames > 1:
            console.remark(f"{picture.name} holds {picture.frames} pictures: the first is shown.")
        yield picture


def _measured(
    chosen: ChosenModels,
    request: CompareRequest,
    console: Console,
    paths: Paths,
) -> tuple[list[CompareRow], str | None]:
    asked = ChatStore(in_memory())
    session, runner = build_command_session(paths, chosen.open, asked)
    samples: dict[str, tuple[int | None, int | None]] = {}

    def note(sample: Sample) -> None:
        # On the monitor's thread: plain assignments, read by the main thread.
        for key, engine in sample.engines.items():
            samples[key] = (engine.peak_private_bytes, engine.peak_mapped_bytes)

    monitor = Monitor(note, interval_s=_SAMPLE_SECONDS)
    watched: dict[str, int] = {}
    moved: dict[str, None] = {}
    with contextlib.ExitStack() as stack:
        # At the very end, so that it takes no time from what is measured; broken off, too.
        stack.callback(_keep, asked, paths, console)
        stack.callback(session.close)
        monitor.start()
        stack.callback(monitor.stop)
        bars = _Bars(stack.enter_context(console.progress()))

        def on_change(pane: Pane, answer: Answer | None) -> None:
            if pane.pid is not None and watched.get(pane.key) != pane.pid:
                watched[pane.key] = pane.pid
                monitor.watch(pane.key, pane.pid)
            if pane.key in samples:
                pane.note_memory(*samples[pane.key])
            if pane.system_in_user:
                moved[pane.candidate.place] = None
            bars.show(pane, answer, request.sampling.max_tokens)

        rows = compare(session, chosen.candidates, request, on_change)
        engine = runner.engine.engine if runner.engine is not None else None
        _tell_doubts(session.panes, console, paths)
    for path in moved:
        console.remark(
            f"{path}: its chat template takes no system prompt, so it was asked as part of the "
            "first message."
        )
    return rows, engine


def _keep(asked: ChatStore, paths: Paths, console: Console) -> None:
    chats = [asked.load(each.id) for each in reversed(asked.list_chats()) if each.turns]
    if chats:
        keep(paths, console.remark, lambda store: [keep_chat(store, each) for each in chats])


def _tell_doubts(panes: Sequence[Pane], console: Console, paths: Paths) -> None:
    """Say of answers what the engine is known to compute wrongly here."""
    doubts = EngineDoubts()
    doubts.check = SelfChecks(paths).known()
    for pane in panes:
        if (doubt := doubts(pane)) is not None:
            where = "“shrinkscope devices” tells more."
            console.remark(f"{pane.candidate.place}: {doubt.sentence} {where}")


class _Bars:
    """A progress bar for each pane."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, pane: Pane, answer: Answer | None, max_tokens: int) -> None:
        """Bring the pane's bar up to date."""
        level = pane.model.level_name if pane.model is not None else ""
        if pane.key not in self._tasks:
            name = f"{pane.letter}  {level}"
            self._tasks[pane.key] = self._progress.add_task(name, total=1.0, note="")
        done = pane.progress or 0.0
        note = _STATE_WORDS[pane.state]
        if pane.state is PaneState.GENERATING:
            done = pane.live_tokens / max_tokens
            note = f"{pane.live_tokens} tokens"
            if pane.live_tokens_per_second is not None:
                note += f"  {figures.speed(pane.live_tokens_per_second)}"
        elif answer is not None and answer.stop_reason is not None:
            done, note = 1.0, "failed" if answer.error else "done"
        task = self._tasks[pane.key]
        self._progress.update(
            task, completed=done, note=note, description=f"{pane.letter}  {level}"
        )


def _plain(row: CompareRow, chosen: ChosenModels) -> dict[str, object]:
    document: dict[str, object] = msgspec.to_builtins(row, enc_hook=plain_text)
    del document["lacks_template"]
    document["candidate"] = chosen.called(row.candidate)
    return document


def _why_empty(row: CompareRow) -> str:
    if not row.thinking:
        return "(It answered nothing.)"
    if row.stop_reason == StopReason.LENGTH:
        return (
            f"(No answer: its thinking took all {row.generated_tokens} tokens; --max-tokens allows "
            "more.)"
        )
    return "(No answer: it thought, and ended without one.)"


def _said(served: Served) -> str:
    """What a server says of its answer, apart from what was clocked here."""
    speeds, said = served.speeds, list[str]()
    if (pace := speeds.prompt_tokens_per_second) is not None:
        said.append(f"prompt {figures.speed(pace).value} tok/s")
    if (pace := speeds.generated_tokens_per_second) is not None:
        said.append(f"generation {figures.speed(pace).value} tok/s")
    told = f"the server says {', '.join(said)}" if said else "the server tells no times"
    return f"{told}; it ignored {', '.join(served.ignored)}" if served.ignored else told


def _show(rows: list[CompareRow], chosen: ChosenModels, console: Console) -> None:
    for row in rows:
        if row.error is None:
            console.text(f"── {row.level} · {chosen.called(row.candidate)}")
            console.lines((row.text.strip() or _why_empty(row)) + "\n")
    console.table(
        (
            "level",
            "size",
            "bits/weight",
            "first token",
            "prompt",
            "tokens",
            "tok/s",
            "needs",
            "file",
        ),
        [
            (
                row.level or "–",
                figures.size(row.file_bytes),
                figures.number(row.bits_per_weight, 2),
                figures.duration(row.first_token_ns),
                figures.number(row.prompt_tokens),
                figures.number(row.generated_tokens),
                figures.speed(row.tokens_per_second).value,
                figures.size(row.memory_needed_bytes),
                chosen.called(row.candidate),
            )
            for row in rows
        ],
        left=("level", "file"),
        spare=("prompt", "tokens", "bits/weight", "first token"),
    )
    for row in rows:
        if row.served is not None and row.error is None:
            console.text(f"{chosen.called(row.candidate)}: {_said(row.served)}")
        if row.candidate.draft is not None and row.error is None:
            drafted, accepted = row.drafted_tokens, row.accepted_tokens
            console.text(f"{chosen.called(row.candidate)}: drafted {drafted}, accepted {accepted}")
