"""Predictions for files on the Hub: their headers, laid into empty files, before llama.cpp."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.base.gate import Stopped
from app.core.candidates.settings import KvType
from app.core.memory.speed import Basis
from app.hub.stopping import TICK_S
from app.lab.hub.fit import HubFitter
from app.ui.kit.format import count
from app.ui.kit.jobs import JobCancelled
from app.ui.kit.text import translate
from app.ui.pages.models.asking import CancelFlag
from app.ui.pages.models.ports import FitFigures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.core.listing import ListedFile
    from app.hub.headers import HeaderReader
    from app.hub.repositories import Repository
    from app.lab.predict.fit import Fit, Fitter


class HubFit:
    """Answers one question at a time; job threads.

    Args:
        headers: Fetches and keeps headers.
        fitter: Asks llama.cpp; used by one thread after the other.
        folder: Where empty files stand in for the models; made when needed.
    """

    def __init__(self, headers: HeaderReader, fitter: Fitter, folder: Path) -> None:
        self._headers = headers
        self._fitter = fitter
        self._hub_fitter = HubFitter(headers, fitter, folder)
        self._lock = threading.Lock()
        self._free = threading.Event()
        self._free.set()

    def predict(
        self,
        repository: Repository,
        file: ListedFile,
        context_tokens: int,
        kv_type: str,
        cancelled: Callable[[], bool],
    ) -> FitFigures:
        """Fetch the header if need be and ask llama.cpp.

        Raises:
            PersonError: The header cannot be had or used.
            JobCancelled: Nobody wants it any more.
        """
        stop = CancelFlag(cancelled)
        try:
            headers = self._headers.read(repository.repo_id, repository.commit, file, stop)
            with self._lock:
                while not self._free.wait(TICK_S):
                    stop.check()
                stop.check()
                fit = self._hub_fitter.fit_headers(headers, context_tokens, KvType(kv_type))
        except Stopped:
            raise JobCancelled from None
        return figures_of(fit)

    def interrupt(self) -> None:
        """End the engine under a question in progress, which then fails. Any thread."""
        self._fitter.close()

    def hold(self, held: bool) -> None:
        """Ask llama.cpp nothing for a while: somebody's speed is being taken. Any thread."""
        if held:
            self._free.clear()
        else:
            self._free.set()

    def rest(self) -> None:
        """End the engine until the next question; not where one is under way."""
        if self._lock.acquire(blocking=False):
            try:
                self._fitter.close()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the engine; waits for the question under way, which must not be held."""
        with self._lock:
            self._fitter.close()


def figures_of(fit: Fit) -> FitFigures:
    """What the page shows of an answer."""
    remarks = [
        translate("HubFit", "for a context of {tokens} tokens, KV cache {kv}").format(
            tokens=count(fit.context_tokens), kv=fit.kv_type.upper()
        )
    ]
    if fit.gpu_layers is not None:
        remarks.append(
            translate("HubFit", "{n} of {all} layers fit on the GPU").format(
                n=fit.gpu_layers, all=fit.model.block_count + 1
            )
        )
    return FitFigures(
        needs=fit.needs,
        judgement=fit.judgement,
        tokens_per_second=fit.speed.tokens_per_second if fit.speed else None,
        basis=_basis(fit),
        bits_per_weight=fit.model.bits_per_weight or None,
        remarks=tuple(remarks),
        level_name=fit.model.level_name,
    )


def _basis(fit: Fit) -> str:
    memory = translate(
        "HubFit", "Memory: llama.cpp’s own plan of a load, and the measured needs of an engine."
    )
    if fit.speed is None:
        return memory + "\n" + translate("HubFit", "Speed: could not be predicted on this PC.")
    speed = {
        Basis.BANDWIDTH: translate(
            "HubFit", "Speed: from the measured bandwidth of this PC’s memory."
        ),
        Basis.KERNELS: translate(
            "HubFit", "Speed: from the measured speed of llama.cpp’s kernels on this PC."
        ),
        Basis.OTHER_MODELS: translate(
            "HubFit",
            "Speed: from measured kernels, corrected by {n} runs of other models on this PC.",
        ),
        Basis.FAMILY: translate(
            "HubFit",
            "Speed: from measured kernels, corrected by {n} runs of this family on this PC.",
        ),
        Basis.SAME_FILE: translate(
            "HubFit", "Speed: from {n} measured runs of this very file on this PC."
        ),
    }[fit.speed.basis]
    said = f"{memory}\n{speed.format(n=fit.speed.runs)}"
    if fit.speed.taken_while_busy:
        said += "\n" + translate(
            "HubFit",
            "Other programs kept this PC busy when its speed was measured, so it may well be"
            " faster; it is measured again at the next quiet moment.",
        )
    return said
