"""What is said of the settings of one model that were tried on this PC."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "tuned.all_busy": translate("Sentences", "Other programs kept the PC busy: measure the speed again when it is at rest."),
    "tuned.as_fast": translate("Sentences", "as fast ({low} to {high} %)"),
    "tuned.as_much_memory": translate("Sentences", "needs as much memory"),
    "tuned.at_once": translate("Sentences", "This was measured all at once."),
    "tuned.best": translate("Sentences", "Best here: {settings}"),
    "tuned.best_as_is": translate("Sentences", "Best here as it is"),
    "tuned.busy": translate("Sentences", "how fast is not sure because the PC was busy"),
    "tuned.cannot_tell": translate("Sentences", "Cannot tell: the PC was busy"),
    "tuned.context_less": translate("Sentences", "needs {more} less memory than with {tokens} tokens"),
    "tuned.context_more": translate("Sentences", "needs {more} more memory than with {tokens} tokens"),
    "tuned.drafted": translate("Sentences", "answers come {times} times as fast"),
    "tuned.faster": translate("Sentences", "{percent} ± {swing} % faster {than}"),
    "tuned.less_together": translate("Sentences", "All at once the best of each brought less, so this one is taken alone."),
    "tuned.loses": translate("Sentences", "loses"),
    "tuned.loses_nothing": translate("Sentences", "loses nothing that {n} questions show"),
    "tuned.loss_open": translate("Sentences", "whether it loses cannot be told yet"),
    "tuned.needs_more": translate("Sentences", "needs {more} more at {tokens} tokens of context"),
    "tuned.no_draft": translate("Sentences", "No draft is tried: no far smaller model with the same vocabulary is on this PC."),
    "tuned.no_room": translate("Sentences", "It needs {needed} with this context, and {free} are free: choose a smaller context, or close other programs."),
    "tuned.none_found": translate("Sentences", "Nothing better found"),
    "tuned.not_together": translate("Sentences", "Each was measured by itself, not all together."),
    "tuned.nothing_better": translate("Sentences", "Nothing that was tried is faster than {name} for certain, or spares memory and loses nothing."),
    "tuned.nothing_known": translate("Sentences", "nothing is known yet"),
    "tuned.nothing_to_try": translate("Sentences", "There is nothing to try on this PC: all that could be set is set."),
    "tuned.on_server": translate("Sentences", "It runs on {server}: how it is loaded is set there."),
    "tuned.ruled_out": translate("Sentences", "Where no difference in speed was found, one of more than {percent} % is ruled out."),
    "tuned.saves": translate("Sentences", "saves {saved} at {tokens} tokens of context"),
    "tuned.slower": translate("Sentences", "{percent} ± {swing} % slower {than}"),
    "tuned.speed_open": translate("Sentences", "no difference in speed was found ({low} to {high} % is possible)"),
    "tuned.than": translate("Sentences", "than {name}"),
    "tuned.than_threads": translate("Sentences", "than {n}"),
}
