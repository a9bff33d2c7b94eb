"""How long making a level takes, about."""

from __future__ import annotations

from app.core.models.levels import Level

# Millions of weights that a core turns in a second, an importance matrix given, by the beginning
# of the level's name; the longest beginning counts. Measured on one core with AVX-512, 27 M
# weights (docs/METHOD.md); other processors differ by some tens of percent.
_PACES = {
    "": 6.0,
    "F": 200.0,
    "BF": 200.0,
    "Q8_0": 135.0,
    "Q6_K": 21.0,
    "Q5_0": 60.0,
    "Q5_1": 60.0,
    "Q4_0": 21.0,
    "Q4_1": 21.0,
    "Q4_K": 5.7,
    "Q5_K": 5.7,
    "Q3_K": 6.5,
    "Q2_K": 7.0,
    "IQ4": 3.3,
    "IQ3_M": 2.3,
    "IQ3_S": 2.3,
    "IQ3_X": 1.2,
    "IQ2_M": 3.2,
    "IQ2_S": 3.2,
    "IQ2_X": 0.9,
    "IQ1": 1.0,
    "TQ": 50.0,
    "Q1_0": 50.0,
    "Q2_0": 50.0,
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
