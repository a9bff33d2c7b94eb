"""Nights: files that come one by one, are measured and go again."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "night.no_hour": translate("Sentences", "“{word}” is no time of a day, as 07:00 is."),
    "night.no_room": translate("Sentences", "“{word}” is no size, as 40GB is."),
    "night.levels_of_what": translate("Sentences", "--levels are those of a --repo, which is missing."),
    "night.nothing_named": translate("Sentences", "Name what is to be measured: ORG/REPO:Q8_0,Q4_K_M …, or --repo ORG/REPO --levels Q8_0,Q4_K_M."),
    "night.no_such_reference": translate("Sentences", "“{word}” is none of the versions of this night ({versions}), nor a file on this PC."),
    "night.too_few": translate("Sentences", "A night measures at least two versions, or one that is compared with a file on this PC."),
    "night.not_kept": translate("Sentences", "A night must keep what it has done, and cannot: {reason:l}"),
    "night.no_store": translate("Sentences", "the store cannot be used."),
    "night.not_noted": translate("Sentences", "It could not be noted that the file is the night’s: {reason}."),
    "night.not_released": translate("Sentences", "It could not be noted that the file is yours, so that no night deletes it: {reason}."),
    "night.reference_too_large": translate("Sentences", "{level}, with which the others are compared, needs {needed} of the disk; the night may use {most}. Give it more, or compare with a smaller version."),
    "night.reference_elsewhere": translate("Sentences", "A night compares with one of its versions or with a file on this PC, not with a server’s model."),
    "night.none_has_room": translate("Sentences", "There is no room for a version to be compared: the smallest needs {needed} of the disk; the night may use {most}."),
    "night.no_eyes": translate("Sentences", "There is no projector beside these versions: they see no pictures."),
    "night.too_large": translate("Sentences", "It needs {needed} of the disk; the night might use {most}."),
    "night.no_room_left": translate("Sentences", "There was no room left for it: the night might use {most} of the disk."),
    "night.late": translate("Sentences", "Not measured, or not all of it: it would not have ended before {hour}."),
    "night.no_reference": translate("Sentences", "Not measured: the version that it would be compared with was not."),
    "night.will": translate("Sentences", "{levels}, {download} to download, at most {peak} at once, until {hour} at the latest. How long it takes shows once the first one is here."),
    "night.will_by": translate("Sentences", "{levels}, {download} to download, at most {peak} at once, done by about {done}."),
    "night.will_not_by": translate("Sentences", "{levels}, {download} to download, at most {peak} at once. All of them would take until about {done}: at {hour} the night ends with what is measured by then."),
    "night.leaves_out": translate("Sentences", "Left out, because {most} of the disk are too little: {levels}."),
    "night.compared_here": translate("Sentences", "They are compared with {name}, which is on this PC: it takes nothing of this room, and stays."),
    "night.eyes_come": translate("Sentences", "The projector {name} ({size}) comes with them: they are asked about pictures, too."),
    "night.may_sleep": translate("Sentences", "This PC may sleep meanwhile: the system does not keep it awake for this."),
    "night.coming": translate("Sentences", "Downloading {level}: {done} of {total}"),
    "night.coming_again": translate("Sentences", "Downloading {level} again: {reason:l}"),
    "night.waits": translate("Sentences", "{trouble} Tried again in {wait}."),
    "night.offline": translate("Sentences", "Waiting for the Hub: {reason:l}"),
    "night.disk_full": translate("Sentences", "The disk is too full: {needed} more are needed."),
    "night.then_measured": translate("Sentences", "Next: {level} is measured."),
    "night.then_over": translate("Sentences", "Next: the report."),
    "night.then_here": translate("Sentences", "Next: {level} is measured, which is here already."),
    "night.then_comes": translate("Sentences", "Next: {level} ({size}) is downloaded."),
    "night.then_goes": translate("Sentences", "Next: {gone} is deleted, and {level} ({size}) is downloaded."),
    "night.not_removed": translate("Sentences", "A file of the night could not be removed: {reason:l}"),
    "night.queue_unknown": translate("Sentences", "It cannot be told whether a download in the queue wants it."),
    "night.winner_gone": translate("Sentences", "{level} had to make room for others and could not be downloaded once more: it is not here."),
    "night.apart": translate("Sentences", "Each version was measured in a visit of its own, so that speeds were taken hours apart, not in turns."),
    "night.steady": translate("Sentences", "A small model that ran beside each one was as fast at every visit within {share}: differences of speed beyond that are the versions’."),
    "night.unsteady": translate("Sentences", "A small model that ran beside each one was up to {share} slower at one visit than at another: differences of speed below that may be the PC’s."),
    "night.slept": translate("Sentences", "The PC slept for {asleep} during the night; a speed that was being taken then was taken again."),
    "night.was_offline": translate("Sentences", "The Hub could not be reached for {waited} in all."),
    "night.was_full": translate("Sentences", "The disk was too full, or could not be written, for {waited} in all."),
    "night.kept_winner": translate("Sentences", "{level} was kept; the other files that the night brought are deleted."),
    "night.kept_winner_eyes": translate("Sentences", "{level} was kept with its projector; the other files that the night brought are deleted."),
    "night.kept_none": translate("Sentences", "The files that the night brought are deleted."),
}
