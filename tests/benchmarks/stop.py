"""(d) Stop: how soon the engine is idle, and how soon a pane shows nothing more."""

from __future__ import annotations

import random
import threading
import time
from queue import SimpleQueue
from typing import TypeVar

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role, StopReason
from app.core.statistics.describe import median
from app.engine.api import EngineEvent, Exited
from app.engine.local.client import EngineClient
from app.engine.protocol.answering import Finished, Generate, Rendered, Text
from app.engine.protocol.loading import Hello, Load, Loaded
from app.engine.protocol.running import Failed
from app.monitor.machine import physical_core_count
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, limit_figure, tell
from tests.benchmarks.markdown_model import ensure_markdown_model
from tests.benchmarks.random_model import ensure_random_model
from tests.benchmarks.windows import WindowProcess

PROMPT_TOKENS = 1800
LIMIT_MS = 100
LETTER = "d"
HOW = f"""Stop is sent to the engine's process at a random moment within a prompt of
{PROMPT_TOKENS:,} tokens, and within an answer, of the random-weight model; the time ends when the
engine's closing event arrives, after which it takes the next command. In the window four panes
write Markdown together, Stop is pressed, and the texts that the panes hold are looked at every
millisecond. All figures are the worst of their repetitions."""

_T = TypeVar("_T")


def measure(run: Run) -> list[Figure]:
    """Stop engines, then panes."""
    times = run.count(15, 4)
    with _Engine(run) as engine:
        prompt_ms = [engine.stop_in_prompt() for _ in range(times)]
        tell("  stop in prompt, ms: " + " ".join(f"{value:.1f}" for value in prompt_ms))
        answer_ms = [engine.stop_in_answer() for _ in range(times)]
        tell("  stop in answer, ms: " + " ".join(f"{value:.1f}" for value in answer_ms))
    shown_ms = _in_window(run, run.count(8, 2))
    tell("  text after stop, ms: " + " ".join(f"{value:.1f}" for value in shown_ms))
    return [
        _worst("engine idle after Stop in a prompt", prompt_ms),
        _worst("engine idle after Stop in an answer", answer_ms),
        _worst("last text in a pane after Stop, four panes", shown_ms),
    ]


def _worst(name: str, values_ms: list[float]) -> Figure:
    remark = f"worst of {len(values_ms)}, median {median(values_ms):.1f}"
    return limit_figure("d", name, max(values_ms), LIMIT_MS, "ms", remark)


class _Engine:
    """One engine with the random-weight model, its events with their times of arrival."""

    def __init__(self, run: Run) -> None:
        self._events: SimpleQueue[tuple[int, EngineEvent]] = SimpleQueue()

        def sink(_key: str, event: EngineEvent) -> None:
            self._events.put((time.perf_counter_ns(), event))

        self._client = EngineClient("stop", sink, Paths.below(run.home).state)
        self._random = random.Random(1)
        # Waits for a moment; nothing ever sets it.
        self._never = threading.Event()

    def __enter__(self) -> _Engine:
        """Start and load."""
        self._client.start()
        self._wait(Hello)
        threads = physical_core_count()
        load = Load(self._client.next_id(), str(ensure_random_model()), 4096, threads)
        self._client.send(load)
        self._wait(Loaded)
        return self

    def __exit__(self, *_error: object) -> None:
        """Close and wait."""
        self._client.close()
        self._client.join(10)

    def stop_in_prompt(self) -> float:
        """Milliseconds from Stop to idle, in the middle of a long prompt."""
        command_id = self._send(" the sky is blue and red" * (PROMPT_TOKENS // 6 + 1))
        rendered, _ = self._wait(Rendered)
        assert rendered.prompt_tokens >= PROMPT_TOKENS, rendered
        return self._stopped(command_id)

    def stop_in_answer(self) -> float:
        """Milliseconds from Stop to idle, in the middle of an answer."""
        command_id = self._send("Say hello.")
        self._wait(Text)
        return self._stopped(command_id)

    def _send(self, prompt: str) -> int:
        command_id = self._client.next_id()
        sampling = SamplingSettings(max_tokens=2000)
        messages = [Message(Role.USER, prompt)]
        self._client.send(Generate(command_id, messages, sampling, clear=True))
        return command_id

    def _stopped(self, command_id: int) -> float:
        self._never.wait(self._random.uniform(0.05, 1.5))
        begin_ns = time.perf_counter_ns()
        self._client.stop(command_id)
        finished, arrived_ns = self._wait(Finished)
        assert finished.stop_reason is StopReason.STOPPED, finished
        return (arrived_ns - begin_ns) / 1e6

    def _wait(self, kind: type[_T]) -> tuple[_T, int]:
        while True:
            arrived_ns, event = self._events.get()
            if isinstance(event, kind):
                return event, arrived_ns
            assert not isinstance(event, Exited | Failed), event


def _in_window(run: Run, times: int) -> list[float]:
    after_ms: list[float] = []
    with WindowProcess(run, [ensure_markdown_model()] * 4) as window:
        for number in range(times + 1):
            answer = window.call(
                "ask",
                prompt="How do I sum a list?",
                max_tokens=1500,
                mode="together",
                new_chat=True,
                stop_after_tokens=20 + 10 * number,
            )
            assert set(answer["stop_reasons"]) == {"stopped"}, answer["stop_reasons"]
            if number:  # the first one loads the models
                after_ms.append(answer["text_after_stop_ms"])
    return after_ms
