"""A mixture of experts that is run with another number of experts than its file says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.models.model_file import ModelFile, ModelFileError, active_parameters
from app.core.words.sentence import say

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings


def as_run(model: ModelFile, engine: EngineSettings) -> ModelFile:
    """A file's facts as they are with these settings: how many experts and parameters work.

    Raises:
        ModelFileError: It is no mixture, or has not so many experts: llama.cpp would abort.
    """
    used = engine.experts
    if used is None:
        return model
    if model.expert_count < 1:
        raise ModelFileError(say("models.no_mixture", name=model.path.name))
    if not 1 <= used <= model.expert_count:
        raise ModelFileError(
            say("models.experts_out_of_range", name=model.path.name, count=model.expert_count)
        )
    return replace(
        model,
        expert_used_count=used,
        active_parameters=active_parameters(
            model.parameters, model.expert_parameters, model.expert_count, used
        ),
    )
