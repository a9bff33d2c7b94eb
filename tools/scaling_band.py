"""How sure the compute-optimal line of the scaling chart is, from the runs it was fitted to.

``python tools/scaling_band.py POINTS.csv``

The points are those of Besiroglu et al. 2024 (arXiv 2404.10102): runs of Hoffmann et al. 2022,
read off a figure, ``data/svg_extracted_data.csv`` of github.com/epoch-research/analyzing-chinchilla
(commit 9225883). They are not part of this repository. As there, the five runs with the largest
losses are left out, the sum of Huber losses (delta 0.001) of ln L is made least, and runs are drawn
with replacement.

Prints the fit of all runs, the deviation of each constant over the draws, and between which
training tokens 95 % of the draws have their optimum, for sizes in half decades: what stands in
``resources/scale/law.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

OUTLIERS, DELTA, DRAWS, SEED = 5, 1e-3, 4000, 42
ROUNDS = 400
LN_SIZE, LN_TOKENS = np.log(1e9), np.log(2e10)
START = np.array([6.169 - 0.3473 * LN_SIZE, 7.670 - 0.3672 * LN_TOKENS, 0.597, 0.3473, 0.3672])
"""Constants at the middle of the runs, so that they hardly depend on each other."""


def read(path: Path) -> tuple[Floats, Floats, Floats]:
    """Logarithms of parameters, training tokens and loss of each run that counts."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            tuple(float(row[name]) for name in ("Model Size", "Training FLOP", "loss"))
            for row in csv.DictReader(file)
        ]
    rows.sort(key=lambda row: row[2])
    size, flop, loss = np.array(rows[:-OUTLIERS]).T
    return np.log(size) - LN_SIZE, np.log(flop / 6 / size) - LN_TOKENS, np.log(loss)


def fit(size: Floats, tokens: Floats, loss: Floats, counts: Floats) -> Floats:
    """The constants of each draw, by weighted least squares again and again.

    Args:
        size: ln of parameters.
        tokens: ln of tokens.
        loss: ln of losses.
        counts: How often each run was drawn, a line a draw.
    """
    found: Floats = np.tile(START, (len(counts), 1))
    for _ in range(ROUNDS):
        of_size = np.exp(found[:, 0:1] - found[:, 3:4] * size)
        of_tokens = np.exp(found[:, 1:2] - found[:, 4:5] * tokens)
        floor = np.exp(found[:, 2:3])
        whole = of_size + of_tokens + floor
        off = loss - np.log(whole)
        slopes = np.stack(
            [of_size, of_tokens, floor + 0 * of_size, -of_size * size, -of_tokens * tokens], axis=2
        )
        slopes /= whole[:, :, None]
        weights = counts * np.minimum(1.0, DELTA / np.maximum(np.abs(off), 1e-12))
        weighted = slopes * weights[:, :, None]
        matrix: Floats = np.einsum("drp,drq->dpq", weighted, slopes)
        matrix += 1e-9 * np.trace(matrix, axis1=1, axis2=2)[:, None, None] * np.eye(5)
        slope: Floats = np.einsum("drp,dr->dp", weighted, off)
        step = np.linalg.solve(matrix, slope[:, :, None])
        found += np.clip(step[:, :, 0], -0.3, 0.3)
    return found


def main() -> None:
    """Print the law's part that is computed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("points", type=Path)
    size, tokens, loss = read(parser.parse_args().points)
    count = len(loss)
    best = fit(size, tokens, loss, np.ones((1, count)))[0]
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), DRAWS)
    found = np.concatenate(
        [fit(size, tokens, loss, part.astype(float)) for part in np.array_split(draws, 40)]
    )
    for name, row in (("all runs", best[None]), ("draws", found)):
        plain = np.column_stack(
            [
                np.exp(row[:, 2]),
                np.exp(row[:, 0] + row[:, 3] * LN_SIZE),
                np.exp(row[:, 1] + row[:, 4] * LN_TOKENS),
                row[:, 3],
                row[:, 4],
            ]
        )
        print(name, "E, A, B, alpha, beta:", plain.mean(axis=0), "±", plain.std(axis=0))
    share = found[:, 4] / (found[:, 3] + found[:, 4])
    print("beta / (alpha + beta):", share.mean(), "±", share.std())
    band: list[list[float]] = []
    for decade in np.arange(7.0, 13.01, 0.5):
        # Of the optimum A alpha / N^alpha = B beta / D^beta.
        x = decade * np.log(10) - LN_SIZE
        ln_tokens = (
            LN_TOKENS
            + (found[:, 1] + np.log(found[:, 4] / found[:, 3]) - found[:, 0] + found[:, 3] * x)
            / found[:, 4]
        )
        low, high = np.percentile(ln_tokens / np.log(10), [2.5, 97.5])
        band.append([float(decade), round(float(low), 3), round(float(high), 3)])
    print(json.dumps(band))


if __name__ == "__main__":
    main()
