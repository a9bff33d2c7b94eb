"""What is known to fail on this PC, told of a file before it is loaded."""

from __future__ import annotations

from app.core.engines.self_check import EngineCheck, Finding
from app.core.words.sentence import worded
from app.lab.compare.panes import Pane, PaneFailure


class EngineDoubts:
    """Remembers what the engine's check of itself found; the session's thread.

    Attributes:
        check: The findings; None while nothing is known.
    """

    def __init__(self) -> None:
        self.check: EngineCheck | None = None

    def __call__(self, pane: Pane) -> PaneFailure | None:
        """Why this pane's file had better not be loaded; None where nothing speaks against it."""
        check, model = self.check, pane.model
        if check is None or model is None:
            return None
        if check.has_gpu and pane.candidate.engine.gpu_layers != 0:
            return None  # the processor was checked, and the GPU computes
        faults = check.faults_of(model.type_ids)
        if not faults:
            return None
        names = ", ".join(fault.name for fault in faults)
        dies = any(fault.finding is not Finding.WRONG for fault in faults)
        sentence = (
            worded("compare.processor_engine_does_not_survive", names=names)
            if dies
            else worded("compare.processor_engine_computes_wrongly_file", names=names)
        )
        advice = worded("compare.repair_engine_reload_try")
        return PaneFailure(sentence, advice, can_repair=True)
