"""What the window counts, of one and of several."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "counted.chats": translate("Sentences", "{n} chats"),
    "counted.chats.one": translate("Sentences", "{n} chat"),
    "counted.files_offered": translate("Sentences", "A link offers {n} files of {repository}. Download them?"),
    "counted.files_offered.one": translate("Sentences", "A link offers a file of {repository}. Download it?"),
    "counted.files_there": translate("Sentences", "A link names {n} files of {repository} that are on this PC."),
    "counted.files_there.one": translate("Sentences", "A link names a file of {repository} that is on this PC."),
    "counted.levels": translate("Sentences", "{n} versions"),
    "counted.levels.one": translate("Sentences", "one version"),
    "counted.lines": translate("Sentences", "{n} lines"),
    "counted.lines.one": translate("Sentences", "{n} line"),
    "counted.model_files": translate("Sentences", "{n} model files"),
    "counted.model_files.one": translate("Sentences", "{n} model file"),
    "counted.not_offered": translate("Sentences", "{n} more are not offered: you have read answers to them by one of these files."),
    "counted.not_offered.one": translate("Sentences", "{n} more is not offered: you have read an answer to it by one of these files."),
    "counted.earlier_questions": translate("Sentences", "Answer {n} questions"),
    "counted.earlier_questions.one": translate("Sentences", "Answer 1 question"),
    "counted.other_answers": translate("Sentences", "Other answers ({n})"),
    "counted.other_answers.one": translate("Sentences", "Other answer"),
    "counted.pairs_to_vote_on": translate("Sentences", "{n} pairs of answers wait for your vote."),
    "counted.pairs_to_vote_on.one": translate("Sentences", "{n} pair of answers waits for your vote."),
    "counted.prompts": translate("Sentences", "{n} prompts"),
    "counted.prompts.one": translate("Sentences", "{n} prompt"),
    "counted.prompts_failed": translate("Sentences", "{n} prompts could not be answered by both. These are no votes."),
    "counted.prompts_failed.one": translate("Sentences", "{n} prompt could not be answered by both. That is no vote."),
    "counted.prompts_unanswered": translate("Sentences", "{n} prompts are not answered by both yet."),
    "counted.prompts_unanswered.one": translate("Sentences", "{n} prompt is not answered by both yet."),
    "counted.more_remarks": translate("Sentences", "{n} more remarks"),
    "counted.more_remarks.one": translate("Sentences", "One more remark"),
    "counted.remarks": translate("Sentences", "{n} remarks on how this was measured"),
    "counted.remarks.one": translate("Sentences", "A remark on how this was measured"),
    "counted.room_for": translate("Sentences", "room for {n} more"),
    "counted.room_for.one": translate("Sentences", "room for one more"),
    "counted.same_words": translate("Sentences", "Both gave the same words {n} times: these are ties, and there is nothing to vote on."),
    "counted.same_words.one": translate("Sentences", "Both gave the same words once: this is a tie, and there is nothing to vote on."),
    "counted.threads": translate("Sentences", "{n} threads"),
    "counted.threads.one": translate("Sentences", "{n} thread"),
    "counted.versions_measured": translate("Sentences", "{n} versions, measured one after another. It can be paused, and what is measured is kept."),
    "counted.versions_measured.one": translate("Sentences", "{n} version. It can be paused, and what is measured is kept."),
    "counted.times": translate("Sentences", "{n} times"),
    "counted.times.one": translate("Sentences", "once"),
    "counted.ties": translate("Sentences", "{n} ties"),
    "counted.ties.one": translate("Sentences", "{n} tie"),
    "counted.tokens": translate("Sentences", "{n} tokens"),
    "counted.tokens.one": translate("Sentences", "{n} token"),
    "counted.turns": translate("Sentences", "{n} turns"),
    "counted.turns.one": translate("Sentences", "{n} turn"),
    "counted.versions": translate("Sentences", "{n} versions"),
    "counted.versions.one": translate("Sentences", "{n} version"),
}
