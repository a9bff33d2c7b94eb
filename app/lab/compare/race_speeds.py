"""Answers of a race are measurements too: their speeds correct what is predicted for this PC.

Which answers count is in :func:`is_fair`; beside that, other programs must not have kept the
processor busy meanwhile, as far as the operating system tells.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec.structs import replace

from app.core.candidates.settings import FlashAttention
from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.core.memory.speed import MeasuredRun
from app.core.memory.token_work import token_work
from app.core.models.experts import as_run
from app.core.models.model_file import ModelFile
from app.lab.compare.deck import JobDoor
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.running.jobs import Job
from app.lab.speed.calm import Calm
from app.library.model_files import read_shards
from app.monitor.load import OthersUse, others_use
from app.store.small.speeds import SpeedStore

log = logging.getLogger(__name__)

LEAST_TOKENS = 32
"""Of an answer that counts: a shorter one says more of its first tokens than of the model."""


def is_fair(job: Job) -> bool:
    """Whether an answer's speed is what a prediction means: generating, alone, on the processor.

    It is where all of this holds:

    - a race: no other engine of this program answered or loaded at the same time;
    - at least :data:`LEAST_TOKENS` tokens, whether the answer ended by itself, was as long as
      allowed, or was stopped by the person while it came: the time counts from its first token
      to its last, so that reading the prompt is no part of it;
    - greedy sampling without penalties: other samplers cost time of their own for each entry of
      the vocabulary, which a prediction leaves out;
    - no token proposed by a draft;
    - no weights on a GPU, whose speed is not predicted, and attention as it is by default.
    """
    figures, pane = job.answer.figures, job.pane
    if figures is None or pane.loaded is None or job.threads < 1:
        return False
    is_alone = not (job.shared or figures.shared)
    is_whole = job.answer.stop_reason not in (None, StopReason.ERROR)
    is_long = figures.generated_tokens >= LEAST_TOKENS and figures.tokens_per_second is not None
    is_plain = (
        not figures.drafted_tokens
        and job.sampling.temperature <= 0
        and job.sampling.repeat_penalty == 1.0
    )
    on_gpu = any("gpu" in device.kind and device.weights_bytes for device in pane.loaded.devices)
    attends = pane.candidate.engine.flash_attention is not FlashAttention.OFF
    return is_alone and is_whole and is_long and is_plain and attends and not on_gpu


class RaceSpeeds:
    """Keeps the speeds of fair answers. Told on the session's thread; writes behind the door.

    Args:
        speeds: Opens this PC's measured speeds; called behind the door, once.
        door: The way to background work.
        logical_cores: Of this PC.
        others_use: Reads what programs beside an engine (by its process id) use.
    """

    def __init__(
        self,
        speeds: Callable[[], SpeedStore],
        door: JobDoor,
        logical_cores: int,
        others_use: Callable[[int], OthersUse | None] = others_use,
    ) -> None:
        self._open = speeds
        self._speeds: SpeedStore | None = None
        self._door = door
        self._calm = Calm(logical_cores, others_use)
        self._begun: dict[str, OthersUse | None] = {}

    def pane_changed(self, pane: Pane) -> None:
        """See what others use when a pane begins to answer."""
        if pane.state is PaneState.READING and pane.key not in self._begun and pane.pid:
            self._begun[pane.key] = self._calm.begin(pane.pid)

    def answer_ended(self, job: Job) -> None:
        """Take an answer that has ended; one that is no fair measurement is passed over.

        One that came while other programs used the processor is marked so. Those of servers tell
        nothing of this PC.
        """
        if job.pane.candidate.server is not None:
            return
        begin = self._begun.pop(job.pane.key, None)
        figures = job.answer.figures
        if figures is None or job.shared or figures.shared:
            return  # of several at once none knows what it would have had
        if not self._calm.was_calm(begin, job.pane.pid, job.threads):
            job.answer.figures = replace(figures, busy=True)
            return
        if not is_fair(job):
            return
        speed = figures.tokens_per_second
        assert speed is not None
        path, engine = job.pane.candidate.file, job.pane.candidate.engine
        threads = job.threads
        depth_tokens = figures.prompt_tokens + figures.generated_tokens // 2

        def keep() -> ModelFile:
            shards = read_shards(path)  # the header was read before: it is remembered
            model = as_run(ModelFile.from_headers(shards), engine)
            tensors = [tensor for shard in shards for tensor in shard.header.tensors]
            run = MeasuredRun(
                family_key=model.family_key,
                level_name=model.level_name,
                work=token_work(tensors, model, engine),
                depth_tokens=depth_tokens,
                threads=threads,
                tokens_per_second=speed,
            )
            if self._speeds is None:
                self._speeds = self._open()
            self._speeds.add_run(run)
            return model

        self._door(keep, done=lambda _model: None, failed=_not_kept)


def _not_kept(error: PersonError) -> None:
    log.warning("the speed of an answer was not kept: %s %s", error, error.detail)
