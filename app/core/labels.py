"""Labels: what names of files say of the level, publishers' own levels among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.levels import LEVELS, UnknownLevelError, level_by_name, shrink_rank
from app.core.model_names import model_stem

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def label_rank(level: str) -> int:
    """Where a level stands; variants such as ``Q6_K_L`` stand with the level they are made of."""
    plain = canonical_label(_BITS.sub("", level.upper()).removeprefix("UD-"))
    base = _VARIANT.sub("", plain)
    likely = (plain, base, f"{base}_M", base.replace("_K", "_0"))
    return next((rank for name in likely if (rank := shrink_rank(name)) < len(LEVELS)), len(LEVELS))


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
