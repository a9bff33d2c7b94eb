"""(zb) A picture: its processor time beside mtmd's own tool, and the memory that it takes."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.protocol.answering import Finished, Generate
from app.lab.engines.eyes import projector_bytes
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.library.model_files import open_model_file
from app.resources import resource_path
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, limit_figure, ratio_figure, tell
from tests.benchmarks.llama_tools import ensure_tool
from tests.benchmarks.pairs import alternate
from tests.helpers.pictures import coloured_png
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls

WIDTH, LAYERS, SIDE = 1024, 12, 224
CONTEXT_TOKENS = 1024
GOAL = 1 / 1.05
MOST_OFF, LEAST_MB = 0.05, 40
LETTER = "zb"
HOW = f"""A projector with random numbers ({LAYERS} layers, {WIDTH} wide, {SIDE} pixels a side: 256
tokens a picture) beside the demo model. The engine, and mtmd's own tool llama-mtmd-cli as a process
of its own, read a prompt with one picture and one with two, one thread each, in turns and random
order within a pair; what the second one adds in processor time is a picture's price, without any
load. The ratio is the tool's over the engine's. Memory is what the engine needed after a picture
beside what was predicted; it may be off by {MOST_OFF:.0%} or {LEAST_MB} MB, whichever is more."""


def measure(run: Run) -> list[Figure]:
    """Make a projector and pictures, and show them to both."""
    tool = ensure_tool("llama-mtmd-cli")
    model = resource_path("demo", "shrinkscope-demo-F16.gguf")
    projector = write_projector(
        run.home / "mmproj.gguf", 256, d_model=WIDTH, n_layers=LAYERS, side=SIDE
    )
    pictures = [run.home / f"{name}.png" for name in ("red", "blue")]
    for path, colour in zip(pictures, ((255, 0, 0), (0, 0, 255)), strict=True):
        path.write_bytes(coloured_png(SIDE, SIDE, colour))
    candidate = Candidate(LocalFile(str(model)), projector=str(projector))
    paths = Paths.below(run.home)
    room = EngineRoom(paths.state)
    with room.calls("pictures") as engine:
        room.load(engine, opened(candidate, open_model_file), 1, CONTEXT_TOKENS)
        finished = _shown(engine, pictures)  # its memory is warm
        pairs = alternate(
            "a picture",
            run.pairs,
            lambda: _engine_seconds(engine, pictures) - _engine_seconds(engine, pictures[:1]),
            lambda: (
                _tool_seconds(tool, model, projector, pictures)
                - _tool_seconds(tool, model, projector, pictures[:1])
            ),
        )
    ratios = [theirs / ours for ours, theirs in pairs]
    tell("  a picture: " + " ".join(f"{ratio:.3f}" for ratio in ratios))
    return [
        ratio_figure(LETTER, "a picture's processor time, the tool's over ours", ratios, GOAL),
        _memory(paths, room, candidate, finished.figures.memory_needed_bytes),
    ]


def _shown(engine: EngineCalls, pictures: list[Path]) -> Finished:
    message = Message(Role.USER, "What is this?", tuple(map(str, pictures)))
    command = Generate(engine.next_id(), [message], SamplingSettings(max_tokens=1), clear=True)
    return engine.call(command, Finished)


def _engine_seconds(engine: EngineCalls, pictures: list[Path]) -> float:
    process = psutil.Process(engine.pid)
    before = sum(process.cpu_times()[:2])
    _shown(engine, pictures)
    return sum(process.cpu_times()[:2]) - before


def _tool_seconds(tool: Path, model: Path, projector: Path, pictures: list[Path]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [str(tool), "-m", str(model), "--mmproj", str(projector), "-p", "What is this?"]
    command += [word for path in pictures for word in ("--image", str(path))]
    command += ["-t", "1", "-c", str(CONTEXT_TOKENS), "-n", "1", "--temp", "0", "--no-warmup"]
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _memory(paths: Paths, room: EngineRoom, candidate: Candidate, needed: int | None) -> Figure:
    with Fitter(room, speed_store(paths), 1) as fitter:
        how = (CONTEXT_TOKENS, candidate.engine, projector_bytes(candidate))
        predicted = fitter.memory(candidate.file, *how).needs.total_bytes
    name = f"memory with a projector of {projector_bytes(candidate) / 1e6:.0f} MB, off by"
    if needed is None:
        return Figure(LETTER, name, "", "not told by this system", None)
    most_mb = max(MOST_OFF * needed / 1e6, LEAST_MB)
    off_mb = abs(predicted - needed) / 1e6
    remark = f"predicted {predicted / 1e6:.0f}, needed {needed / 1e6:.0f} MB"
    return limit_figure(LETTER, name, off_mb, round(most_mb), "MB", remark)
