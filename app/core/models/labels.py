"""Labels: what names of files say of the level, publishers' own levels among them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.core.models.levels import LEVELS, Level, UnknownLevelError, level_by_name, shrink_rank
from app.core.models.model_names import model_stem

_NAMES = "|".join(
    sorted((re.escape(level.name) for level in LEVELS), key=len, reverse=True)
).replace("_", "[_-]")
_LABEL = re.compile(
    rf"(?:^|[-_. /])(?P<label>(?:UD[-_])?(?:Q4_0_\d_\d|IQ4_NL_\d_\d"
    rf"|Q\d[_-]K[_-](?:XXL|XL|XXS|XS)|Q\d_K_[A-Z]{{1,2}}(?=$|[-. /])"
    rf"|IQ\d[_-](?:XL|L|M|S)|{_NAMES}|Q\d[_-]K|MXFP4|FP16|FP32)(?:[_-]L)?"
    rf"(?:[-_]\d{{1,2}}(?:\.\d{{1,3}})?bpw)?)(?=$|[-_. /])",
    re.IGNORECASE,
)
_BITS = re.compile(r"[-_](?P<bits>\d{1,2}(?:\.\d{1,3})?)BPW$")
_VARIANT = re.compile(r"(?:_\d_\d|_[A-Z]{1,3})$")
# How far the bits must be from what a name says, and how near to what the header says.
_PLAIN_LEVELS = (0.12, 0.10)
_OWN_MIXES = (0.25, 0.15)
_ALIASES = {"FP16": "F16", "FP32": "F32"}


def level_in_name(file_name: str) -> str | None:
    """Return the quantization level that a file's name claims, in its usual spelling, or None.

    The last one counts: ``Llama-F16-merge-Q4_K_M.gguf`` is Q4_K_M. A folder's name is read
    where the file's own says nothing.
    """
    *folders, own = model_stem(file_name).split("/")
    for name in (own, *reversed(folders)):
        found = [match["label"] for match in _overlapping(name)]
        if found:
            return _usual(found[-1])
    return None


def canonical_label(level: str) -> str:
    """The name by which labels are compared: ``q4_k`` and ``Q4_K_M`` are one level."""
    usual = _usual(level.strip())
    try:
        return level_by_name(usual).name
    except UnknownLevelError:
        return usual


def begins_level(words: str, level: str) -> bool:
    """Tell whether words such as ``Q4`` are the beginning of a level's name."""
    begun = f"{words.strip().upper().replace('-', '_')}_"
    spelled = level.upper().replace("-", "_")
    return spelled.startswith((begun, f"UD_{begun}"))


def told_level(claimed: str | None, of_header: str, bits_per_weight: float) -> str:
    """Return the level to show for a file: what its name claims, else what its header says.

    The header counts where the weights belie the name: where they are clearly fewer bits than go
    by it, or where the header names another level, which they are.

    Args:
        claimed: By the file's name, or None.
        of_header: As the header says; empty where it says none.
        bits_per_weight: Of the file; 0 where that is not known.
    """
    named = _level_meant(claimed or "")
    if named is None or not of_header:
        return claimed or of_header
    if named.is_belied_by(bits_per_weight):
        return of_header
    header = _level_meant(of_header)
    if bits_per_weight <= 0 or header is None or header is named or named.is_full:
        return claimed or of_header
    written = _BITS.search((claimed or "").upper())
    # A mix of a publisher's own goes by many figures, llama.cpp's levels by one each.
    is_own = canonical_label(claimed or "") != named.name
    off, near = _OWN_MIXES if is_own else _PLAIN_LEVELS
    belied = _distance(float(written["bits"]) if written else named.nominal_bits, bits_per_weight)
    told = _distance(header.nominal_bits, bits_per_weight)
    return of_header if belied > off and told < near else claimed or of_header


def label_rank(label: str) -> int:
    """Where a level stands; variants such as ``Q6_K_L`` stand with the level they are made of."""
    level = _level_meant(label)
    return len(LEVELS) if level is None else shrink_rank(level.name)


def _level_meant(label: str) -> Level | None:
    """The level that a label names or that a publisher's own is made of."""
    plain = canonical_label(_BITS.sub("", label.upper()).removeprefix("UD-"))
    base = _VARIANT.sub("", plain)
    likely = (plain, base, f"{base}_M", base.replace("_K", "_0"))
    return next((LEVELS[rank] for rank in map(shrink_rank, likely) if rank < len(LEVELS)), None)


def _distance(expected_bits: float, bits: float) -> float:
    """How far apart two figures are, as a part of what was expected."""
    return abs(bits - expected_bits) / expected_bits


def _overlapping(name: str) -> Iterable[re.Match[str]]:
    # A separator may end one label and begin the next.
    position = 0
    while (match := _LABEL.search(name, position)) is not None:
        yield match
        position = match.end("label")


def _usual(label: str) -> str:
    upper = label.upper()
    bits = _BITS.search(upper)
    prefix = "UD-" if upper.startswith(("UD-", "UD_")) else ""
    plain = _BITS.sub("", upper).removeprefix("UD-").removeprefix("UD_").replace("-", "_")
    suffix = f"-{bits['bits']}bpw" if bits else ""
    return prefix + _ALIASES.get(plain, plain) + suffix
