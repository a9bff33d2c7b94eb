"""What the cells of a repository's file table say, and what they are sorted by."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from app.core.listing import bits_per_weight
from app.core.models.kinds import what_it_is
from app.lab.hub.recommend import level_of
from app.ui.kit.words.format import MISSING, byte_size, speed
from app.ui.kit.words.format import bits_per_weight as bits_words
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.models.repository.predictions import Prediction, PredictionState
from app.ui.pages.models.words import fit_details, kind_word

if TYPE_CHECKING:
    from app.core.listing import ListedFile

_LAST = float("inf")


class FileColumn(IntEnum):
    """The columns from left to right."""

    LEVEL = 0
    BITS = 1
    SIZE = 2
    MEMORY = 3
    SPEED = 4
    VERDICT = 5


def titles() -> tuple[str, ...]:
    """Of the columns."""
    return (
        translate("ModelFiles", "Level"),
        translate("ModelFiles", "Bits"),
        translate("ModelFiles", "File"),
        translate("ModelFiles", "Memory"),
        translate("ModelFiles", "Speed"),
        translate("ModelFiles", "On this PC it …"),
    )


def title_help() -> tuple[str, ...]:
    """What each column tells."""
    return (
        translate("ModelFiles", "The quantization level, as the file’s name says."),
        translate("ModelFiles", "Bits of the weights divided by the parameters."),
        translate("ModelFiles", "What is downloaded."),
        translate(
            "ModelFiles",
            "Predicted by llama.cpp from the file’s header, for the context and the KV type"
            " chosen above.",
        ),
        translate("ModelFiles", "Predicted for generating one answer."),
        translate("ModelFiles", "The predicted memory against what is free now."),
    )


def file_bits(file: ListedFile, prediction: Prediction, parameters: int | None) -> float | None:
    """Bits per weight: from the header, else from the size and what the Hub says."""
    if prediction.fit is not None and prediction.fit.model.bits_per_weight:
        return prediction.fit.model.bits_per_weight
    return bits_per_weight(file.size_bytes, parameters)


def file_text(file: ListedFile, column: int, prediction: Prediction, parameters: int | None) -> str:
    """The first line of a cell."""
    fit = prediction.fit
    match column:
        case FileColumn.LEVEL:
            return level_of(file, fit) or translate("ModelFiles", "unnamed")
        case FileColumn.BITS:
            return bits_words(file_bits(file, prediction, parameters)).value
        case FileColumn.SIZE:
            return str(byte_size(file.size_bytes))
        case FileColumn.MEMORY:
            return str(byte_size(fit.needs.total_bytes)) if fit else MISSING
        case FileColumn.SPEED:
            return str(speed(fit.tokens_per_second)) if fit else MISSING
        case _:
            return _verdict(prediction)


def level_marks(file: ListedFile, *, recommended: bool, present: bool, locked: bool = False) -> str:
    """The second line of the level: what is to know of the file, else its name."""
    marks: list[str] = []
    if recommended:
        marks.append(translate("ModelFiles", "recommended"))
    if present:
        marks.append(translate("ModelFiles", "on this PC"))
    elif locked:
        marks.append(translate("ModelFiles", "sign in to download"))
    if file.shards > 1:
        marks.append(translate("ModelFiles", "{n} shards").format(n=file.shards))
    return ", ".join(marks) or file.name.rpartition("/")[2]


def reason(prediction: Prediction) -> str:
    """The second line of the verdict."""
    if prediction.fit is not None:
        return told(prediction.fit.judgement.needs)
    return prediction.problem if prediction.kind is None else told(what_it_is(prediction.kind))


def sort_key(
    file: ListedFile, row: int, column: int, prediction: Prediction, parameters: int | None
) -> float:
    """Less stands first when ascending; what is not known stands last."""
    fit = prediction.fit
    match column:
        case FileColumn.LEVEL:
            return row
        case FileColumn.BITS:
            return file_bits(file, prediction, parameters) or _LAST
        case FileColumn.SIZE:
            return file.size_bytes
        case _ if fit is None:
            return _LAST
        case FileColumn.MEMORY:
            return fit.needs.total_bytes
        case FileColumn.SPEED:
            return fit.tokens_per_second or _LAST
        case _:
            available = fit.judgement.available_bytes
            return fit.judgement.needed_bytes / available if available else _LAST


def tool_tip(file: ListedFile, column: int, prediction: Prediction) -> str:
    """What a cell's figure rests on."""
    if column <= FileColumn.SIZE:
        return file.name
    if prediction.fit is not None:
        to_come = prediction.state is PredictionState.JUDGED
        return fit_details(prediction.fit, speed_to_come=to_come)
    return prediction.problem or translate(
        "ModelFiles", "Read from the file’s header, before the download."
    )


def _verdict(prediction: Prediction) -> str:
    if prediction.fit is not None:
        return told(prediction.fit.judgement.word)
    if prediction.kind is not None:
        return kind_word(prediction.kind)
    return {
        PredictionState.WAITING: translate("ModelFiles", "waiting"),
        PredictionState.WORKING: translate("ModelFiles", "working it out …"),
    }.get(prediction.state, translate("ModelFiles", "not known"))
