"""What the cells of a repository's file table say, and what they are sorted by."""

from __future__ import annotations

from enum import IntEnum

from app.core.listing import ListedFile, bits_per_weight
from app.core.models.kinds import what_it_is
from app.lab.hub.recommend import level_of
from app.ui.kit.words.format import MISSING, byte_size, speed
from app.ui.kit.words.levels import level_meaning, version_gloss
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.models.repository.predictions import Prediction, PredictionState
from app.ui.pages.models.words import DOT, fit_details, kind_word

_LAST = float("inf")


class FileColumn(IntEnum):
    """The columns from left to right."""

    LEVEL = 0
    SIZE = 1
    MEMORY = 2
    SPEED = 3
    VERDICT = 4


WORDS: dict[int, str] = {
    FileColumn.LEVEL: "version",
    FileColumn.MEMORY: "memory",
    FileColumn.SPEED: "speed",
    FileColumn.VERDICT: "fits",
}
"""The glossary's words of the columns."""


def titles() -> tuple[str, ...]:
    """Of the columns."""
    return (
        translate("ModelFiles", "Version"),
        translate("ModelFiles", "File"),
        translate("ModelFiles", "Memory"),
        translate("ModelFiles", "Speed"),
        translate("ModelFiles", "On this PC"),
    )


def title_help() -> tuple[str, ...]:
    """What each column tells."""
    return (
        translate("ModelFiles", "As the file’s name says; below it what that means."),
        translate("ModelFiles", "What is downloaded."),
        translate(
            "ModelFiles",
            "Predicted by llama.cpp from the file’s header, for the context and the KV type"
            " chosen above. The bar is this PC’s memory; what lies right of the mark is in use.",
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
        case FileColumn.SIZE:
            return str(byte_size(file.size_bytes))
        case FileColumn.MEMORY:
            return str(byte_size(fit.needs.total_bytes)) if fit else MISSING
        case FileColumn.SPEED:
            return str(speed(fit.tokens_per_second)) if fit else MISSING
        case _:
            return _verdict(prediction)


def level_marks(
    file: ListedFile,
    bits: float | None,
    *,
    recommended: bool,
    present: bool,
    locked: bool = False,
    level: str = "",
) -> str:
    """The second line of a version: what is to know of the file, and what its name says."""
    marks: list[str] = []
    if recommended:
        marks.append(translate("ModelFiles", "recommended"))
    if present:
        marks.append(translate("ModelFiles", "on this PC"))
    elif locked:
        marks.append(translate("ModelFiles", "sign in to download"))
    if file.shards > 1:
        marks.append(translate("ModelFiles", "{n} shards").format(n=file.shards))
    marks.append(version_gloss(level, bits) or file.name.rpartition("/")[2])
    return DOT.join(marks)


def reason(prediction: Prediction) -> str:
    """The second line of the verdict."""
    if prediction.fit is not None:
        return told(prediction.fit.judgement.free)
    return prediction.problem if prediction.kind is None else told(what_it_is(prediction.kind))


def sort_key(
    file: ListedFile, row: int, column: int, prediction: Prediction, parameters: int | None
) -> float:
    """Less stands first when ascending; what is not known stands last."""
    fit = prediction.fit
    match column:
        case FileColumn.LEVEL:
            return row
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
        level = level_of(file, prediction.fit)
        return "\n".join(line for line in (file.name, level_meaning(level)) if line)
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
