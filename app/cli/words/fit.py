"""What the commands that predict share: the fitter, and its answer in JSON."""

from __future__ import annotations

import msgspec

from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fit, Fitter
from app.monitor.machine import physical_core_count
from app.store.paths import Paths


def fitter(paths: Paths, threads: int | None, patience_s: float | None = None) -> Fitter:
    """Predicts on this PC, with what is known of it.

    Args:
        paths: Where that is kept.
        threads: That an engine will have; the physical cores when left out.
        patience_s: How long one answer may take over measuring this PC; None for all it takes.
    """
    return Fitter(
        EngineRoom.of_this_pc(paths),
        speed_store(paths),
        threads or physical_core_count(),
        patience_s,
    )


def fit_document(fit: Fit) -> dict[str, object]:
    """The answer as the command line's contract has it."""
    needs, speed = fit.needs, fit.speed
    return {
        "parameters": fit.model.parameters,
        "active_parameters": fit.model.active_parameters,
        "context_tokens": fit.context_tokens,
        "kv_type": str(fit.engine.kv_type),
        **msgspec.to_builtins(needs),
        "parts_bytes": fit.parts_bytes,
        "total_bytes": needs.total_bytes,
        "available_bytes": fit.available_bytes,
        "verdict": str(fit.judgement.verdict),
        "reason": fit.judgement.reason,
        "predicted_tokens_per_second": speed.tokens_per_second if speed else None,
        "predicted_tokens_per_second_when_full": fit.tokens_per_second_when_full,
        "basis": str(speed.basis) if speed else None,
        "measured_runs": speed.runs if speed else 0,
        "taken_while_busy": speed.taken_while_busy if speed else False,
        "bytes_from_disk_per_token": fit.disk_bytes or None,
        "gpu_layers": fit.gpu_layers,
        "devices": msgspec.to_builtins(fit.devices),
    }
