"""(zi) The window's event loop while a server answers faster than any engine of this PC."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from app.core.statistics.describe import median
from tests.benchmarks.figures import Figure, Run, fact, tell
from tests.benchmarks.markdown_model import PAGE
from tests.benchmarks.stalls import Gaps, gap_figures
from tests.benchmarks.windows import WindowProcess
from tests.helpers.replay.forms import chunk, usage, vllm
from tests.helpers.replay.server import Asked, Replay, Reply, paced

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS_PER_SECOND = 1500
SECONDS = 30
LETTER = "zi"
FIELDS = {"Markdown": "content", "thinking": "reasoning"}
HOW = f"""A server of the benchmarks' own that speaks as vLLM does: an event with one token and the
counts so far, {TOKENS_PER_SECOND:,} times a second for {SECONDS} s, over HTTP on this PC. It writes
the page of (c) over and over: once as its answer, once as its thinking. The real window shows one
pane, with plots, and the chat being stored. Gaps as in (c); delivered is what the pane got, by its
own clock from the first token to the last. Server, window and screen share this PC's cores, with
whatever else runs: the wait for a core is stated apart (Linux tells it of each thread)."""
_TOKENS = re.findall(r"\s?\S{1,4}|\s", PAGE)


class FastServer:
    """Its ways; what it has delivered.

    Attributes:
        sent: Tokens and seconds of each answer.
    """

    def __init__(self, seconds: float) -> None:
        self._tokens = round(TOKENS_PER_SECOND * seconds)
        self.sent: list[tuple[int, float]] = []
        self.ways = vllm(self._answer)

    def _answer(self, asked: Asked) -> Reply:
        words = asked.body["messages"][-1]["content"]
        field = next(field for name, field in FIELDS.items() if name in words)
        limit = min(self._tokens, asked.body["max_tokens"])
        return paced(
            self._chunks(field, limit),
            TOKENS_PER_SECOND,
            lambda sent, seconds: self.sent.append((sent, seconds)),
        )

    @staticmethod
    def _chunks(field: str, tokens: int) -> Iterator[Any]:
        said = itertools.cycle(_TOKENS)
        for count in range(1, tokens + 1):
            finish = "stop" if count == tokens else None
            yield chunk({field: next(said)}, finish, usage=usage(9, count))


def measure(run: Run) -> list[Figure]:
    """Measure an answer and a thinking."""
    served = FastServer(SECONDS)
    figures: list[Figure] = []
    with Replay(served.ways) as server, WindowProcess(run, []) as window:
        window.call("open_servers", models=[(server.url, "org/Model-7B")])
        for case in FIELDS:
            _ask(window, case, 100)
            gaps: list[Gaps] = []
            speeds: list[float] = []
            for number in range(run.count(3, 1)):
                answer = _ask(window, case, TOKENS_PER_SECOND * SECONDS)
                gaps.append(Gaps.of(answer))
                speeds += answer["tokens_per_second"]
                sent, seconds = served.sent[-1]
                tell(
                    f"  {case}, run {number + 1}: {sent} tokens in {seconds:.1f} s sent, "
                    f"{speeds[-1]:.0f} tokens/s here; window {answer['cpu_s'] / seconds:.2f} cores"
                )
            figures += [*gap_figures(LETTER, case, gaps), _delivered(case, speeds)]
    return figures


def _delivered(case: str, speeds: Sequence[float]) -> Figure:
    return fact(LETTER, f"delivered, {case}", f"{median(speeds):.0f} tokens/s for {SECONDS} s")


def _ask(window: WindowProcess, case: str, tokens: int) -> dict[str, Any]:
    return window.call(
        "ask", prompt=f"{case}, please.", max_tokens=tokens, mode="race", watch=True, new_chat=True
    )
