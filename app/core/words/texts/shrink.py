"""What is said of making smaller versions and of looking into files."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "shrink.as_it_looked_into": translate("Sentences", "as it looked into a file"),
    "shrink.cannot_read": translate("Sentences", "The file cannot be read to its end: {reason}. Look whether it is still there and whole."),
    "shrink.ends_early": translate("Sentences", "it ends early"),
    "shrink.reference_another_model": translate("Sentences", "“{reference}” is no version of the same model as “{name}”: most of its tensors have other names or shapes."),
    "shrink.type_no_weights": translate("Sentences", "The number format {type} holds no weights that can be looked into."),
}
