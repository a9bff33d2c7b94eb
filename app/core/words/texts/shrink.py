"""What is said of making smaller versions and of looking into files."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "shrink.as_it_looked_into": translate("Sentences", "as it looked into a file"),
    "shrink.as_it_weighed": translate("Sentences", "as it weighed the model's inputs"),
    "shrink.cannot_read": translate("Sentences", "The file cannot be read to its end: {reason}. Look whether it is still there and whole."),
    "shrink.ends_early": translate("Sentences", "it ends early"),
    "shrink.engine_of_another_version": translate("Sentences", "This engine is of another version than the program: install Shrinkscope again."),
    "shrink.matrix_no_numbers": translate("Sentences", "The importance matrix “{name}” holds values that are no numbers: make it anew."),
    "shrink.matrix_of_another_model": translate("Sentences", "The importance matrix “{matrix}” is another model's: it tells of {covered} of what “{name}” has in its layers. Make one of this model, or go without."),
    "shrink.no_matrix": translate("Sentences", "“{name}” is no importance matrix, or a damaged one. “shrinkscope imatrix MODEL --out FILE” makes one."),
    "shrink.nothing_to_weigh": translate("Sentences", "No weights of this model take part in reading a text, so that there is nothing to weigh."),
    "shrink.reference_another_model": translate("Sentences", "“{reference}” is no version of the same model as “{name}”: most of its tensors have other names or shapes."),
    "shrink.target_is_source": translate("Sentences", "“{name}” cannot be written: it is a folder, or what is read here. Name another file."),
    "shrink.text_or_matrix": translate("Sentences", "The text cannot be read or the importance matrix not be written: {reason}."),
    "shrink.text_too_short": translate("Sentences", "The text has only {tokens} tokens of this model: name one of {size} tokens at least, or a smaller --ctx."),
    "shrink.type_no_weights": translate("Sentences", "The number format {type} holds no weights that can be looked into."),
}
