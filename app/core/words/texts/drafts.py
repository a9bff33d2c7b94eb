"""What is said of drafts and of what they do not fit."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "drafts.gone": translate("Sentences", "The draft model “{name}” is not there."),
    "drafts.other_vocabulary": translate("Sentences", "“{name}” cannot draft for “{model}”: its vocabulary is another one. Take a smaller model of the same family."),
    "drafts.cannot_take_back": translate("Sentences", "“{name}” cannot take back what it has read, as drafts need it: go without a draft."),
    "drafts.idle": translate("Sentences", "Not worth it here: on this PC this model takes as long to check several words at once as to write them one by one, so the draft stays idle."),
    "drafts.worth": translate("Sentences", "Worth it here: answers that repeat the question come {repeating} times as fast, others {free} times; {accepted} of the drafted words were right."),
    "drafts.worth_repeating": translate("Sentences", "Worth it here for answers that repeat the question: they come {repeating} times as fast, others {free} times; {accepted} of the drafted words were right."),
    "drafts.not_worth": translate("Sentences", "Not worth it here: answers that repeat the question come {repeating} times as fast, others {free} times; {accepted} of the drafted words were right."),
    "verdict.drafted": translate("Sentences", "{name}: {said} Its quality and its answers are those of the version without the draft; only speed and memory were measured with it."),
    "verdict.student": translate("Sentences", "{name} is another model with the same vocabulary: its drift is how far its next words are from those of {teacher}, as a student’s from its teacher’s, and not a loss by fewer bits alone."),
    "compare.told_draft": translate("Sentences", "draft {name}"),
    "compare.told_ngram": translate("Sentences", "from the text itself"),
    "compare.told_draft_max": translate("Sentences", "{n} drafted tokens at most"),
    "compare.setting_draft_missing": translate("Sentences", "draft= wants the path of a smaller model of the same vocabulary, or ngram: draft=small.gguf."),
    "compare.setting_draft_first": translate("Sentences", "draft-max= belongs behind the draft= that it is for."),
}
