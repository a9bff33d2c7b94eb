"""What is said of drafts and of what they do not fit."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "drafts.gone": translate("Sentences", "The draft model “{name}” is not there."),
    "drafts.other_vocabulary": translate("Sentences", "“{name}” cannot draft for “{model}”: its vocabulary is another one. Take a smaller model of the same family."),
    "drafts.cannot_take_back": translate("Sentences", "“{name}” cannot take back what it has read, as drafts need it: go without a draft."),
    "compare.told_draft": translate("Sentences", "draft {name}"),
    "compare.told_ngram": translate("Sentences", "from the text itself"),
    "compare.told_draft_max": translate("Sentences", "{n} drafted tokens at most"),
    "compare.setting_draft_missing": translate("Sentences", "draft= wants the path of a smaller model of the same vocabulary, or ngram: draft=small.gguf."),
    "compare.setting_draft_first": translate("Sentences", "draft-max= belongs behind the draft= that it is for."),
}
