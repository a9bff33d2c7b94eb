"""Draft models of candidates: whether they fit, and what memory they take. Any thread."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate
from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs, overhead_bytes
from app.core.models.family import LibraryModel
from app.core.models.kinds import ModelKind
from app.core.models.model_file import ModelFile
from app.core.words.sentence import say
from app.lab.engines.plans import Plans
from app.library.model_files import open_model_file
from app.library.vocabulary import MOST_APART_TOKENS, same_vocabulary

# A draft that is not so many times smaller costs as much as it saves.
_LEAST_SMALLER = 3
# Of a drafted token: its logits, in the graph and where they are read.
_LOGITS_BYTES = 2 * 4


def read_draft(candidate: Candidate) -> ModelFile | None:
    """Its draft model, which is seen to fit; None where it has none.

    Raises:
        PersonError: It is not there, cannot be read, or has another vocabulary.
    """
    draft = candidate.draft
    if draft is None or not draft.path:
        return None
    path, model = Path(draft.path), candidate.file
    if not path.is_file():
        raise PersonError(say("drafts.gone", name=path.name))
    found = open_model_file(path)
    if not same_vocabulary(path, model):
        raise PersonError(say("drafts.other_vocabulary", name=path.name, model=model.name))
    return found


def fitting_drafts(models: Iterable[LibraryModel], model: ModelFile) -> list[LibraryModel]:
    """Those that may draft for a model, the smallest first: far smaller, with as many tokens."""
    found = [
        each
        for each in models
        if each.model is not None
        and each.model.kind is ModelKind.LANGUAGE_MODEL
        and abs(each.model.vocabulary_size - model.vocabulary_size) <= MOST_APART_TOKENS
        and each.model.tensor_bytes * _LEAST_SMALLER <= model.tensor_bytes
    ]
    return sorted(found, key=lambda each: each.file_bytes)


def draft_bytes(
    candidate: Candidate,
    model: ModelFile,
    draft: ModelFile | None,
    context_tokens: int,
    plans: Plans | None = None,
) -> int:
    """What its draft takes beside the model itself.

    Args:
        candidate: The candidate.
        model: Its file.
        draft: What :func:`read_draft` found.
        context_tokens: Of the model's context: the draft's is as long.
        plans: Loads that llama.cpp planned before.
    """
    if candidate.draft is None:
        return 0
    logits_bytes = _LOGITS_BYTES * candidate.draft.most_tokens * model.vocabulary_size
    if draft is None:
        return logits_bytes
    how = (draft, context_tokens, replace(candidate.engine, experts=None, cpu_experts=None))
    planned = plans.needed_bytes(*how) if plans else None
    if planned is None:
        planned = estimated_needs(*how).total_bytes
    return logits_bytes + planned - overhead_bytes(0)  # the process is there already
