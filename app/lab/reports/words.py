"""Figures of a ladder's document in words, with their uncertainty; the same in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.core.text.clean import clean_text, each_text
from app.core.words import figures

if TYPE_CHECKING:
    from app.lab.verdict.document import Row

UNKNOWN = figures.MISSING
HINT = " (a hint)"


def shown(document: Row) -> Row:
    """The document with every text as it may be shown: names and answers come from outside.

    Files stay exact, because verdicts refer to them.
    """
    return cast("Row", each_text(document, clean_text, ("file",)))


def size(value: float | None) -> str:
    """Bytes in decimal units."""
    return str(figures.size(value))


def percent(value: float | None, digits: int = 1) -> str:
    """A share."""
    return str(figures.share(value, digits))


def plain(value: float | None, digits: int = 1) -> str:
    """A number."""
    return figures.number(value, digits)


def small(value: float | None) -> str:
    """A divergence in nats."""
    return figures.nats(value).value


def interval(low: float | None, high: float | None) -> str:
    """Both ends of a divergence's interval."""
    return "" if low is None or high is None else f"{small(low)} to {small(high)}"


def signed_points(value: float | None) -> str:
    """A difference of shares in points."""
    return figures.points(value).value


def speed(test: Row | None) -> str:
    """Tokens a second."""
    return figures.speed(test["mean"] if test else None).value


def deviation(test: Row | None) -> str:
    """The deviation of the repetitions."""
    if test is None or test["stddev"] is None:
        return ""
    return f"± {figures.deviation(test['stddev'], test['mean'])}"


def memory_error(row: Row) -> tuple[str, ...]:
    """What was predicted, and how far that was off."""
    needed, predicted = row["memory_needed_bytes"], row["memory_predicted_bytes"]
    if not needed or not predicted:
        return ()
    off = predicted / needed - 1
    sign = "+" if off >= 0 else "−"
    return f"predicted {size(predicted)}", f"({sign}{figures.share(abs(off), 0)})"


def partings(found: list[Row]) -> str:
    """How many greedy answers leave the reference's, and how soon."""
    parted = [one["same_tokens"] for one in found if one["parted"]]
    if not parted:
        return f"none of {len(found)} greedy answers leaves the reference's"
    return (
        f"{len(parted)} of {len(found)} greedy answers leave the reference's, the first after "
        f"{min(parted)} tokens"
    )


def more_bits(row: Row) -> str:
    """What a byte of text takes more than the reference's, with its interval; else nothing."""
    base, names = row.get("reference_bits_per_byte"), ("low", "high")
    ends = [row.get(f"bits_per_byte_difference_{name}") for name in names]
    if not base or None in ends:
        return ""
    low, high = (f"{100 * end / base:+.2g}".replace("-", "−") for end in ends if end is not None)
    return f"{low} to {high} % beside the reference"


def same_text(document: Row) -> str:
    """Of how much text the figures of quality are, the same for all rows."""
    rows = [row for row in document["candidates"] if row["mean_kld"] is not None]
    counts = {row["chunks"] for row in rows}
    if len(counts) != 1:
        return ""
    said = f"Figures of quality are of the same {counts.pop()} chunks of text for all."
    if any(row.get("longest") for row in rows):
        said += " Some versions were read for longer, until their own mean was known well enough."
    return said


def has_votes(document: Row) -> bool:
    """Whether anybody voted blindly on any of these versions."""
    return any(row.get("votes") for row in document["candidates"])


def votes_of(row: Row) -> tuple[str, str]:
    """Blind votes for and against a version, and the interval of its win rate."""
    votes = row.get("votes")
    if not votes:
        return UNKNOWN, ""
    ends = f"{percent(votes['low'], 0)} to {percent(votes['high'], 0)}"
    return f"{votes['better']} : {votes['worse']}", ends


def state_of(document: Row, row: Row) -> str:
    """A candidate's state in words."""
    if row["is_reference"]:
        return "reference"
    verdict = next(one for one in document["verdicts"] if one["file"] == row["file"])
    return str(verdict["state"]) + (HINT if verdict["hint"] else "")


def depth_of(document: Row) -> int | None:
    """The depth of the tests in a filled context; None where no file was taken there."""
    depths = {one["depth"] for row in document["candidates"] for one in row["speed"]}
    return max(depths) if depths and max(depths) > 0 else None
