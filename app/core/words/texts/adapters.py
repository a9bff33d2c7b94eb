"""What is said of adapters and of what they do not fit."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "adapters.no_adapter": translate("Sentences", "“{name}” is no adapter."),
    "adapters.other_kind": translate("Sentences", "“{name}” is an adapter of another kind ({kind}); LoRA adapters can be used."),
    "adapters.half_missing": translate("Sentences", "“{name}” is damaged: of what it adds to {tensor}, one half is missing."),
    "adapters.halves_differ": translate("Sentences", "“{name}” is damaged: the halves of what it adds to {tensor} are of different ranks."),
    "adapters.no_numbers": translate("Sentences", "“{name}” is damaged: it holds values that are no numbers."),
    "adapters.no_tensors": translate("Sentences", "“{name}” is an adapter that changes nothing."),
    "adapters.other_architecture": translate("Sentences", "The adapter “{name}” was made for models of the kind {made_for}; “{model}” is of the kind {architecture}."),
    "adapters.tensor_unknown": translate("Sentences", "The adapter “{name}” was made for another model: “{model}” has no {tensor}."),
    "adapters.other_shape": translate("Sentences", "The adapter “{name}” was made for another model: {tensor} is {shape} in “{model}”, the adapter is for {made_for}."),
    "adapters.refused": translate("Sentences", "The engine refuses the adapter “{name}” for this model."),
    "adapters.computes_no_numbers": translate("Sentences", "With its adapters this model computes no numbers any more: make them weaker, or go without."),
    "adapters.gone": translate("Sentences", "The adapter “{name}” is not there any more."),
}
