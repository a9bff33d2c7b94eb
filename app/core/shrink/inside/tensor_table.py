"""The tensors of a file as a table, beside those of another version where that is asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.core.text.csv_cells import csv_cell

if TYPE_CHECKING:
    from app.core.shrink.inside.inspection import InspectedTensor, Inspection

_OTHER = "other_"
_NOT_OF_OTHER = frozenset({"name", "shape"})
_NO_CELL = "histogram"


def facts_of(found: Inspection, tensor: InspectedTensor) -> dict[str, object]:
    """All that is known of a tensor, as documents have it."""
    known = tensor.figures
    return {
        "name": tensor.info.name,
        "shape": list(tensor.info.dimensions),
        "type": tensor.type_name,
        "bytes": tensor.info.n_bytes,
        "bytes_share": found.bytes_share(tensor),
        "zero_fraction": tensor.zero_fraction,
        "near_zero_fraction": tensor.near_zero_fraction,
        "relative_error": known.relative_error if known else None,
        "error_share": found.error_share(tensor),
        "rms": known.rms if known else None,
        "largest": known.largest if known else None,
        "outlier_fraction": tensor.outlier_fraction,
        "histogram": list(known.histogram) if known else None,
    }


def paired(
    found: Inspection, other: Inspection | None
) -> Iterator[tuple[InspectedTensor, InspectedTensor | None]]:
    """Each tensor with the one of the same name and shape in another file."""
    tensors = other.tensors if other is not None else ()
    there = {(each.info.name, each.info.dimensions): each for each in tensors}
    for each in found.tensors:
        yield each, there.get((each.info.name, each.info.dimensions))


def as_csv(found: Inspection, other: Inspection | None = None) -> bytes:
    """A table for spreadsheets, UTF-8 with a mark in front; the other file's columns last."""
    rows: list[dict[str, object]] = []
    for tensor, beside in paired(found, other):
        row = facts_of(found, tensor) | {"shape": " x ".join(map(str, tensor.info.dimensions))}
        if other is not None:
            facts = facts_of(other, beside) if beside is not None else dict.fromkeys(row)
            row |= {_OTHER + key: facts[key] for key in facts if key not in _NOT_OF_OTHER}
        rows.append({key: csv_cell(row[key]) for key in row if not key.endswith(_NO_CELL)})
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["name"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
