"""Figures of a ladder's document in words, with their uncertainty; the same in every report."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.core.text.clean import clean_text, each_text

if TYPE_CHECKING:
    from app.lab.verdict.document import Row

UNKNOWN = "–"
HINT = " (a hint)"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def shown(document: Row) -> Row:
    """The document with every text as it may be shown: names and answers come from outside.

    Files stay exact, because verdicts refer to them.
    """
    return cast("Row", each_text(document, clean_text, ("file",)))


def size(value: float | None) -> str:
    """Bytes in decimal units."""
    if value is None:
        return UNKNOWN
    if abs(value) < 999.5e6:
        return f"{value / 1e6:.0f} MB" if abs(value) >= 99.5e6 else f"{value / 1e6:.1f} MB"
    return f"{value / 1e9:.2f} GB"


def percent(value: float | None, digits: int = 1) -> str:
    """A share."""
    return UNKNOWN if value is None else f"{100 * value:.{digits}f} %"


def plain(value: float | None, digits: int = 1) -> str:
    """A number."""
    return UNKNOWN if value is None else f"{value:,.{digits}f}".replace("-", "−")


def small(value: float | None) -> str:
    """A divergence in nats."""
    if value is None:
        return UNKNOWN
    if not 0 < abs(value) < 1e-4:
        return f"{value:.3g}"
    digits, _, exponent = f"{value:.1e}".partition("e")
    power = str(int(exponent)).translate(_RAISED)
    return f"10{power}" if digits == "1.0" else f"{digits}·10{power}"


def interval(low: float | None, high: float | None) -> str:
    """Both ends of a divergence's interval."""
    return "" if low is None or high is None else f"{small(low)} to {small(high)}"


def signed_points(value: float | None) -> str:
    """A difference of shares in points."""
    if value is None:
        return UNKNOWN
    points = 100 * value
    text = f"{abs(points):.1f}"
    if text == "0.0":
        return "0.0"
    return ("−" if points < 0 else "+") + text


def speed(test: Row | None) -> str:
    """Tokens a second."""
    if test is None or test["mean"] is None:
        return UNKNOWN
    digits = 0 if test["mean"] >= 1000 else 1
    return plain(test["mean"], digits)


def deviation(test: Row | None) -> str:
    """The deviation of the repetitions."""
    if test is None or test["stddev"] is None:
        return ""
    return f"± {plain(test['stddev'], 0 if test['mean'] >= 1000 else 1)}"


def memory_error(row: Row) -> tuple[str, ...]:
    """What was predicted, and how far that was off."""
    needed, predicted = row["memory_needed_bytes"], row["memory_predicted_bytes"]
    if not needed or not predicted:
        return ()
    off = f"{100 * (predicted / needed - 1):+.0f} %".replace("-", "−")
    return f"predicted {size(predicted)}", f"({off})"


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
