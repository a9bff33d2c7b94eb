"""What candidates are called beside each other, and how they stand to the original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.candidates.notation import told_settings
from app.ui.kit.words.format import byte_size, number, percent
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.compare.elsewhere import server_facts, server_help
from app.ui.pages.compare.words import (
    adapter_words,
    context_words,
    drafted_words,
    full_name,
    level_words,
    memory_quantity,
    name_words,
    settings_words,
)

if TYPE_CHECKING:
    from app.lab.compare.panes import Pane

_NOT_SHRUNKEN = frozenset({"F32", "F16", "BF16"})


class Naming:
    """Of the candidates of a chat, as they are now.

    Args:
        panes: All of them.
        reference_key: The one that the others are compared with.
    """

    def __init__(self, panes: Sequence[Pane], reference_key: str | None) -> None:
        self._many = len(panes) > 1
        self._reference = next((each for each in panes if each.key == reference_key), None)
        families = {name for pane in panes if (name := name_words(pane))}
        self._with_family = len(families) > 1 or not self._many

    def name(self, pane: Pane) -> str:
        """The version with its adapters, and the family behind it where there are several.

        The version first: where room lacks, it is what stays.
        """
        family, version = name_words(pane), level_words(pane)
        if added := adapter_words(pane.candidate):
            version = f"{version} + {added}"
        return f"{version} · {family}" if self._with_family and family else version

    def title(self, panes: Sequence[Pane]) -> str:
        """All of them in a few words: Shrinkscope demo · 4 versions."""
        names = list(dict.fromkeys(name for pane in panes if (name := name_words(pane))))
        if len(panes) < 2 or not names:
            return "".join(names)
        if len(names) > 1:
            return " · ".join(names)
        versions = translate("Naming", "{n} versions").format(n=len(panes))
        return f"{names[0]} · {versions}"

    def standing(self, pane: Pane) -> str:
        """What it is to the others: the original, or how much smaller than that."""
        if not self._many or self._reference is None:
            return ""
        if pane is self._reference:
            level = pane.served.quantization if pane.served is not None else level_words(pane)
            if level in _NOT_SHRUNKEN:
                return translate("Naming", "the original")
            return translate("Naming", "compared with")
        share = self._share(pane)
        if share is None:
            return ""
        sign = "+" if share > 0 else "−"
        return f"{sign}{percent(abs(share))}" if share else translate("Naming", "the same size")

    def facts(self, pane: Pane) -> str:
        """How it stands to the others, and what is set of how it runs."""
        is_known = pane.candidate.server is None or pane.loaded is not None
        sees = translate("Naming", "sees pictures") if pane.sees and is_known else ""
        served = server_facts(pane) if pane.candidate.server is not None else ""
        parts = (self.standing(pane), served, sees, settings_words(pane.candidate))
        return " · ".join(part for part in parts if part)

    def gloss(self, pane: Pane) -> str:
        """The version in plain words: 4.9 bits a weight, 69% smaller; empty if not known."""
        if pane.model is None or not pane.model.bits_per_weight:
            return ""
        words = translate("Naming", "{bits} bits a weight").format(
            bits=number(pane.model.bits_per_weight, 1)
        )
        share = self._share(pane)
        if share is None or pane is self._reference:
            return words
        if share < 0:
            smaller = translate("Naming", "{share} smaller").format(share=percent(-share))
            return f"{words}, {smaller}"
        larger = translate("Naming", "{share} larger").format(share=percent(share))
        return f"{words}, {larger}" if share > 0 else words

    def help(self, pane: Pane) -> str:
        """All that is known of it, for hovering."""
        gloss = self.gloss(pane)
        level = level_words(pane)
        lines = [f"{level}: {gloss}" if gloss else "", full_name(pane)]
        if pane.model is not None:
            lines.append(str(byte_size(pane.model.file_bytes)))
        memory = memory_quantity(pane)
        if memory.value and pane.candidate.server is None:
            lines.append(translate("Naming", "memory {size}").format(size=memory))
        lines += server_help(pane)
        lines += [told(told_settings(pane.candidate)), drafted_words(pane), context_words(pane)]
        return "\n".join(line for line in lines if line)

    def _share(self, pane: Pane) -> float | None:
        """How much larger the file is than the original's; below 0 where it is smaller."""
        reference = self._reference
        if reference is None or reference.model is None or pane.model is None:
            return None
        if not reference.model.file_bytes:
            return None
        return pane.model.file_bytes / reference.model.file_bytes - 1.0
