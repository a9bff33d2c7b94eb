"""The columns of the tree of what is on this PC, and what their cells say."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.core.models.bases import is_adapter, made_for
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.kinds import ModelKind
from app.ui.kit.words.format import MISSING, byte_size, context_length, parameters, speed
from app.ui.kit.words.levels import version_gloss
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.models.words import kind_word, or_missing, source_words

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.lab.predict.local_fits import LocalFit


class LibraryColumn(IntEnum):
    """The columns from left to right."""

    NAME = 0
    LEVEL = 1
    SIZE = 2
    MEMORY = 3
    SPEED = 4
    VERDICT = 5
    PARAMETERS = 6
    CONTEXT = 7
    SOURCE = 8


WORDS: dict[int, str] = {
    LibraryColumn.LEVEL: "version",
    LibraryColumn.MEMORY: "memory",
    LibraryColumn.SPEED: "speed",
    LibraryColumn.VERDICT: "fits",
    LibraryColumn.PARAMETERS: "parameters",
    LibraryColumn.CONTEXT: "context",
}
"""The glossary's words of the columns."""


_WORDED = (
    LibraryColumn.NAME,
    LibraryColumn.LEVEL,
    LibraryColumn.VERDICT,
    LibraryColumn.SOURCE,
)


def titles() -> tuple[str, ...]:
    """Of the columns."""
    return (
        translate("LibraryColumns", "Model"),
        translate("LibraryColumns", "Version"),
        translate("LibraryColumns", "File"),
        translate("LibraryColumns", "Memory"),
        translate("LibraryColumns", "Speed"),
        translate("LibraryColumns", "On this PC"),
        translate("LibraryColumns", "Parameters"),
        translate("LibraryColumns", "Context"),
        translate("LibraryColumns", "From"),
    )


def alignment(column: int) -> Qt.AlignmentFlag:
    """Words begin at the left, figures end at the right."""
    if column in _WORDED:
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def cell_text(model: LibraryModel, fit: LocalFit | None, column: int) -> str:
    """What a cell of a model file says."""
    match column:
        case LibraryColumn.NAME:
            return _name(model)
        case LibraryColumn.SIZE:
            return str(byte_size(model.file_bytes))
        case LibraryColumn.SOURCE:
            return source_words(model)
        case LibraryColumn.LEVEL:
            broken = translate("LibraryColumns", "broken")
            if is_adapter(model):
                return kind_word(ModelKind.ADAPTER)
            return broken if model.broken else or_missing(model.label)
        case LibraryColumn.PARAMETERS | LibraryColumn.CONTEXT:
            return _of_header(model.model, column)
        case _:
            return _of_fit(fit, column)


def tip(model: LibraryModel, fit: LocalFit | None) -> str:
    """What is to know of a model file, a line each."""
    bits = model.model.bits_per_weight if model.model is not None else None
    lines = (
        str(model.path),
        "" if model.why_not is None else told(model.why_not),
        version_gloss(model.label, bits),
        "" if fit is None else told(fit.judgement.needs),
    )
    return "\n".join(filter(None, lines))


def search_words(model: LibraryModel) -> str:
    """What is looked through when the person looks for a model."""
    own = model.source not in (ModelSource.OWN_FOLDER, ModelSource.OPENED)
    kind = kind_word(model.model.kind) if model.model and not model.is_language_model else ""
    source = model.source if own else ""
    parts = (model.name, *model.aliases, model.label, model.repository or "", source, kind)
    return " ".join(parts)


def _of_header(facts: ModelFile | None, column: int) -> str:
    if facts is None:
        return MISSING
    if column == LibraryColumn.PARAMETERS:
        return _parameters(facts)
    return context_length(facts.context_length)


def _parameters(facts: ModelFile) -> str:
    """All and, of a mixture, those that work on a token."""
    every = str(parameters(facts.parameters))
    if facts.active_parameters == facts.parameters:
        return every
    active = translate("LibraryColumns", "{all} ({active} active)")
    return active.format(all=every, active=parameters(facts.active_parameters))


def _of_fit(fit: LocalFit | None, column: int) -> str:
    if fit is None:
        return MISSING
    if column == LibraryColumn.MEMORY:
        return str(byte_size(fit.needed_bytes))
    if column == LibraryColumn.SPEED:
        return str(speed(fit.tokens_per_second))
    return told(fit.judgement.word)


def _name(model: LibraryModel) -> str:
    """Its name, with why it is broken, unless that names it by itself, or what else it is."""
    why = told(model.broken)
    if model.projector is not None:
        why = translate("LibraryColumns", "sees pictures")
    if model.model is not None and not model.is_language_model:
        why = kind_word(model.model.kind)
        if is_adapter(model):
            base = made_for(model.model)
            why = translate("LibraryColumns", "for {base}").format(base=base) if base else ""
    facts = model.broken.facts.values() if model.broken else ()
    is_named = model.path.name in facts and model.path.stem == model.name
    return why if is_named else " – ".join(part for part in (model.name, why) if part)
