"""What is said of the scaling chart and of other devices."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "scale.and": translate("Sentences", "{first} {rest}"),
    "scale.text": translate("Sentences", "{name} was trained on {tokens} tokens, {each} for each parameter."),
    "scale.text_more": translate("Sentences", "{name} was trained on {tokens} tokens, {each} for each parameter: {times} times as much text for its size as {other}."),
    "scale.text_less": translate("Sentences", "{name} was trained on {tokens} tokens, {each} for each parameter: {other} had {times} times as much text for its size."),
    "scale.text_as_much": translate("Sentences", "{name} was trained on {tokens} tokens, {each} for each parameter: about as much text for its size as {other}."),
    "scale.longer": translate("Sentences", "That is {times} times what would have made the best use of its training ({best}, between {low} and {high}): training cost more, so that a model this small is as good as a larger one, and it is cheap to run."),
    "scale.shorter": translate("Sentences", "The best use of its training would have been {times} times as much text ({best}, between {low} and {high}): a smaller model with more text would have come as far."),
    "scale.about_best": translate("Sentences", "That is about the best use of its training (between {low} and {high}): neither a larger model nor more text would have brought more for the same cost."),
    "scale.not_a_prediction": translate("Sentences", "The lines are the shape of one mix of texts, cut into tokens in one way: they do not predict what this model gets right."),
    "scale.beyond_the_runs": translate("Sentences", "The law was fitted to models from {smallest} to {largest} parameters and up to {most} tokens; this one lies outside, where it is only drawn on."),
    "scale.distilled": translate("Sentences", "It learned from a larger model's answers, not from text alone, so it stands off the law."),
    "scale.mixture": translate("Sentences", "It is a mixture of experts and stands where its {active} parameters at work put it, not its {all}."),
    "scale.lower_bound": translate("Sentences", "Its makers say “more than” so many tokens: it may stand higher."),
    "scale.fine_tuned": translate("Sentences", "It was tuned on a few examples more, which the chart does not see."),
    "scale.left_out": translate("Sentences", "Parts were left out of the files here, which the law knows nothing of."),
    "scale.shrinking_moves_nothing": translate("Sentences", "Fewer bits do not move it: the law knows nothing of them, only measuring does."),
    "scale.draft_speeds_nothing": translate("Sentences", "The speeds are without its draft, which counts for memory alone: what one brings depends on the text and on the device."),
    "scale.no_such_device": translate("Sentences", "No device is called “{name}”. “whatif --devices” lists them."),
}
