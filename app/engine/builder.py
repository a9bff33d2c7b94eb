"""The build of a checkout's engine, a child process seen from the window process. No Qt."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from app.base.rights import usual_rights
from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.engine.installed import ROOT, BuildPhase, builder

log = logging.getLogger(__name__)

_END_SECONDS = 10.0
_TAIL_LINES = 20


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far the build is.

    Attributes:
        phase: What is being done.
        done: Steps of the phase that are done.
        total: All its steps; 0 where they are not counted.
    """

    phase: BuildPhase
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class BuildEnded:
    """The last event of every build.

    Attributes:
        problem: Why there is no engine, for the person; empty where there is one.
        log: Path of what the compiler said; may be empty.
    """

    problem: str = ""
    log: str = ""


BuildEvent = BuildProgress | BuildEnded


class EngineBuilder:
    """Runs one build and hands its events to a sink, on a thread of its own.

    The build ends when this process does, however that ends. What was compiled is kept, and the
    next build goes on from there.
    """

    def __init__(self, sink: Callable[[BuildEvent], None]) -> None:
        self._sink = sink
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._closed = False

    def start(self, without: Iterable[str] = ()) -> None:
        """Start the build.

        Args:
            without: Names of instruction sets that engines here are built without from now on.

        Raises:
            PersonError: This is no checkout, or the operating system refuses.
        """
        script = builder()
        if script is None:
            raise PersonError(say("program.only_checkout_project_builds_own"))
        command = [sys.executable, str(script), "--json", "--without", ",".join(sorted(without))]
        try:
            with usual_rights():  # an installation is everybody's who uses it
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    cwd=ROOT,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
        except OSError as error:
            raise PersonError(say("program.build_engine_could_not_started"), str(error)) from error
        self._reader = threading.Thread(
            target=self._read, args=(self._process,), name="engine-build", daemon=True
        )
        self._reader.start()

    def close(self) -> None:
        """End the build and wait for its end; nothing is told any more."""
        self._closed = True
        process, reader = self._process, self._reader
        if process is None or reader is None:
            return
        assert process.stdin is not None
        process.stdin.close()  # it hears that, and ends the compilers too
        reader.join(_END_SECONDS)
        if reader.is_alive():
            log.warning("the build of the engine does not end, killing it")
            process.kill()
            reader.join()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        end: BuildEnded | None = None
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        with process.stdout as stream:
            for line in stream:
                event = _event_of(line)
                if isinstance(event, BuildProgress):
                    self._tell(event)
                elif event is not None:
                    end = event
                else:
                    tail.append(line)
        status = process.wait()
        assert process.stdin is not None
        process.stdin.close()
        if status == 0:
            end = BuildEnded()
        elif end is None and not self._closed:
            log.error("the build of the engine ended with status %d: %s", status, "".join(tail))
            end = BuildEnded(worded("program.build_engine_ended_unexpectedly", status=str(status)))
        if end is not None:
            self._tell(end)

    def _tell(self, event: BuildEvent) -> None:
        if not self._closed:
            self._sink(event)


def _event_of(line: str) -> BuildEvent | None:
    """What a line of the build's says; None where it is not meant for programs."""
    try:
        values = cast("dict[str, Any]", json.loads(line))
        if "failed" in values:
            return BuildEnded(str(values["failed"]), str(values.get("log", "")))
        return BuildProgress(BuildPhase(values["step"]), int(values["done"]), int(values["total"]))
    except (ValueError, TypeError, KeyError):
        return None
