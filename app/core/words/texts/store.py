"""What is said of the store and of another window."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "store.another_program_using_file": translate("Sentences", "another program is using the file"),
    "store.answer_cannot_stored": translate("Sentences", "The answer cannot be stored"),
    "store.answers_vote_cannot_stored": translate("Sentences", "The answers to vote on cannot be stored"),
    "store.change_cannot_stored": translate("Sentences", "The change cannot be stored"),
    "store.chat_cannot_deleted": translate("Sentences", "The chat cannot be deleted"),
    "store.chat_cannot_read": translate("Sentences", "The chat cannot be read"),
    "store.chat_cannot_stored": translate("Sentences", "The chat cannot be stored"),
    "store.chat_no_longer": translate("Sentences", "That chat is no longer there."),
    "store.chats_cannot_brought_up_date": translate("Sentences", "The chats in {path} cannot be brought up to date: the disk has {free_bytes} free, and {needed_bytes} are needed for a copy of them. Nothing was changed; free some room and start again."),
    "store.chats_cannot_opened": translate("Sentences", "The chats in {path} cannot be opened"),
    "store.chats_cannot_read": translate("Sentences", "The chats in {database} cannot be read"),
    "store.chats_cannot_read_2": translate("Sentences", "The chats cannot be read"),
    "store.chats_were_written_newer_shrinkscope": translate("Sentences", "The chats in {path} were written by a newer Shrinkscope. Start that one{other}, or move the file away to begin anew."),
    "store.comparison_cannot_forgotten": translate("Sentences", "The comparison cannot be forgotten"),
    "store.comparison_cannot_stored": translate("Sentences", "The comparison cannot be stored"),
    "store.comparisons_wait_cannot_read": translate("Sentences", "The comparisons that wait cannot be read"),
    "store.database_reports_error": translate("Sentences", "the database reports an error"),
    "store.disk_full": translate("Sentences", "the disk is full"),
    "store.disk_reports_error": translate("Sentences", "the disk reports an error"),
    "store.queue_cannot_stored": translate("Sentences", "The queue cannot be stored"),
    "store.queue_cannot_read": translate("Sentences", "The queue cannot be read"),
    "store.failed": translate("Sentences", "{what}: {reason}."),
    "store.file_cannot_locked": translate("Sentences", "The file {path} cannot be locked: {reason}."),
    "store.file_damaged": translate("Sentences", "the file is damaged"),
    "store.file_folder_cannot_opened": translate("Sentences", "the file or its folder cannot be opened"),
    "store.file_may_not_written": translate("Sentences", "the file may not be written"),
    "store.folder_cannot_made": translate("Sentences", "The folder {folder} cannot be made: {reason}."),
    "store.ladder_cannot_deleted": translate("Sentences", "The ladder cannot be deleted"),
    "store.ladder_cannot_read": translate("Sentences", "The ladder cannot be read"),
    "store.ladder_cannot_stored": translate("Sentences", "The ladder cannot be stored"),
    "store.ladders_cannot_read": translate("Sentences", "The ladders cannot be read"),
    "store.process_named": translate("Sentences", " (process {pid})"),
    "store.prompt_cannot_stored": translate("Sentences", "The prompt cannot be stored"),
    "store.put_place_before": translate("Sentences", ", or put {name} in its place, which is from before"),
    "store.settings_cannot_saved": translate("Sentences", "The settings cannot be saved: {reason}."),
    "store.shrinkscope_already_running_but_busy": translate("Sentences", "Shrinkscope is already running{named} but is busy; try again in a moment."),
    "store.shrinkscope_already_running_but_does": translate("Sentences", "Shrinkscope is already running{named} but does not answer; wait until it has finished, or end it and start again."),
    "store.shrinkscope_already_running_did_not": translate("Sentences", "Shrinkscope is already running{named}, and did not understand this start: it may be another version. Close it first."),
    "store.shrinkscope_already_running_only_can": translate("Sentences", "Shrinkscope is already running{named}; only one can use the chats at a time."),
    "store.store_cannot_opened": translate("Sentences", "The store in {path} cannot be opened"),
    "store.vote_cannot_stored": translate("Sentences", "The vote cannot be stored"),
    "store.vote_cannot_taken_back": translate("Sentences", "The vote cannot be taken back"),
    "store.votes_cannot_read": translate("Sentences", "The votes cannot be read"),
}
