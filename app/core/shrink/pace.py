"""How long making a level takes, about."""

from __future__ import annotations

from app.core.models.levels import Level

# Millions of weights that a core turns in a second, an importance matrix given, by the beginning
# of the level's name; the longest beginning counts. Measured by processor time on one core of an
# AMD EPYC with 13 M weights; other processors differ by some tens of percent.
_PACES = {
    "": 3.0,
    "F": 300.0,
    "BF": 300.0,
    "Q8_0": 290.0,
    "Q6_K": 28.0,
    "Q5_K": 10.0,
    "Q4_K": 10.0,
    "Q3_K": 14.0,
    "Q2_K": 11.0,
    "Q5_0": 20.0,
    "Q5_1": 10.0,
    "Q4_0": 22.0,
    "Q4_1": 9.5,
    "IQ4": 5.7,
    "IQ3_M": 3.4,
    "IQ3_S": 3.4,
    "IQ3_X": 1.5,
    "IQ2_M": 1.9,
    "IQ2_S": 1.9,
    "IQ2_X": 1.6,
    "IQ1": 1.1,
    "TQ": 300.0,
    "Q1_0": 300.0,
    "Q2_0": 300.0,
}


def making_seconds(level: Level, parameters: int, threads: int) -> float:
    """About how long the quantizer takes, without reading a text for a matrix.

    Args:
        level: What is made.
        parameters: Of the model.
        threads: That share each tensor.
    """
    beginning = max((each for each in _PACES if level.name.startswith(each)), key=len)
    return parameters / (_PACES[beginning] * 1e6 * max(1, threads))
