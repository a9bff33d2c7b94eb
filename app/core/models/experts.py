"""A model that is run otherwise than its file says: with more experts, or a longer context."""

from __future__ import annotations

from dataclasses import replace

from app.core.candidates.settings import EngineSettings
from app.core.models.model_file import ModelFile, ModelFileError, active_parameters
from app.core.words.sentence import say


def as_run(model: ModelFile, engine: EngineSettings) -> ModelFile:
    """A file's facts as they are with these settings: its context, and how many experts work.

    Raises:
        ModelFileError: It is no mixture, or has not so many experts: llama.cpp would abort.
    """
    if engine.rope_scale is not None and model.context_length is not None:
        model = replace(model, context_length=int(model.context_length * engine.rope_scale))
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
