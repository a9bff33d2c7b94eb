"""What is said of making smaller versions and of looking into files."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "shrink.as_it_looked_into": translate("Sentences", "as it looked into a file"),
    "shrink.as_it_weighed": translate("Sentences", "as it weighed the model's inputs"),
    "shrink.bits_out_of_reach": translate("Sentences", "Nothing so small can be made of “{name}”: its smallest version has {bits} bits a weight."),
    "shrink.cannot_read": translate("Sentences", "The file cannot be read to its end: {reason}. Look whether it is still there and whole."),
    "shrink.ends_early": translate("Sentences", "it ends early"),
    "shrink.engine_of_another_version": translate("Sentences", "This engine is of another version than the program: install Shrinkscope again."),
    "shrink.experts_not_shown": translate("Sentences", "This kind of model does not show which of its experts work."),
    "shrink.is_made_already": translate("Sentences", "{name} is being made already, or waits for its turn."),
    "shrink.layers_form": translate("Sentences", "“{word}” names no layers: write how many (2), or which ones (3,4 or 5,), counted from 0."),
    "shrink.layers_guess_ahead": translate("Sentences", "“{name}” has layers that guess ahead, so that none can be left out."),
    "shrink.layers_have_own_values": translate("Sentences", "“{name}” states values for each layer ({key}), so that none can be left out: the new file would not load."),
    "shrink.layers_not_shown": translate("Sentences", "This kind of model does not show what its layers do: say which ones are to go, such as 3,4."),
    "shrink.matrix_lacks": translate("Sentences", "The importance matrix knows nothing of {n} tensors that cannot be made so small without one, such as {tensor}: read a longer text with “shrinkscope imatrix”, or make a larger version such as Q4_K_M."),
    "shrink.matrix_lacks.one": translate("Sentences", "The importance matrix knows nothing of {tensor}, which cannot be made so small without one: read a longer text with “shrinkscope imatrix”, or make a larger version such as Q4_K_M."),
    "shrink.matrix_no_numbers": translate("Sentences", "The importance matrix “{name}” holds values that are no numbers: make it anew."),
    "shrink.matrix_of_another_model": translate("Sentences", "The importance matrix “{matrix}” is another model's: it tells of {covered} of what “{name}” has in its layers. Make one of this model, or go without."),
    "shrink.needs_matrix": translate("Sentences", "{name} needs an importance matrix (for {tensor}, to begin with): say --imatrix auto, or name one."),
    "shrink.no_matrix": translate("Sentences", "“{name}” is no importance matrix, or a damaged one. “shrinkscope imatrix MODEL --out FILE” makes one."),
    "shrink.no_mixture": translate("Sentences", "“{name}” is no mixture of experts: all of it works on every token."),
    "shrink.no_recipe": translate("Sentences", "“{name}” is no recipe of this program."),
    "shrink.no_room": translate("Sentences", "The disk has no room for “{name}”: it takes {needed}, and {free} are free."),
    "shrink.no_such_layer": translate("Sentences", "“{name}” has no layer {number}: they go from 0 to {last}."),
    "shrink.no_target_type": translate("Sentences", "“{name}” is no number format that a tensor can be turned into: choose one of {types}."),
    "shrink.no_weights": translate("Sentences", "“{name}” holds no weights, so that there is nothing to make smaller."),
    "shrink.not_copied": translate("Sentences", "“{name}” cannot be read, or its copy not be written: {reason}."),
    "shrink.nothing_to_weigh": translate("Sentences", "No weights of this model take part in reading a text, so that there is nothing to weigh."),
    "shrink.out_of_reach": translate("Sentences", "Nothing so small can be made of “{name}”: its smallest version takes {least}."),
    "shrink.pattern_invalid": translate("Sentences", "The pattern “{pattern}” is no regular expression: {reason}."),
    "shrink.pattern_matches_nothing": translate("Sentences", "The pattern “{pattern}” is found in no tensor's name; names are such as {example}."),
    "shrink.pattern_too_long": translate("Sentences", "A pattern has at most {longest} letters."),
    "shrink.recipe_of_later_version": translate("Sentences", "The recipe “{name}” was written by a later version of this program."),
    "shrink.recipe_says_all": translate("Sentences", "A recipe says all of it: name no other wish beside --recipe."),
    "shrink.reference_another_model": translate("Sentences", "“{reference}” is no version of the same model as “{name}”: most of its tensors have other names or shapes."),
    "shrink.rows_do_not_fit": translate("Sentences", "{n} tensors have rows that the wanted number format does not divide, and get a larger one: {names}."),
    "shrink.rows_do_not_fit.one": translate("Sentences", "One tensor has rows that the wanted number format does not divide, and gets a larger one: {names}."),
    "shrink.rule_form": translate("Sentences", "“{word}” is no rule: write PATTERN=TYPE, such as ffn_down=Q6_K."),
    "shrink.rules_need_level": translate("Sentences", "{name} changes no tensor by rules: make a version such as Q4_K_M with them."),
    "shrink.say_how_small": translate("Sentences", "Say how small it is to be: --type LEVEL, --target-bytes N, --target-bits B, or --drop-layers N."),
    "shrink.second_loss": translate("Sentences", "“{name}” is quantized already ({level_name}): what it lost is lost twice in the new file."),
    "shrink.sparsity_form": translate("Sentences", "“{word}” is no sparsity: write a share such as 0.5 (up to 0.95), or 2:4."),
    "shrink.target_is_source": translate("Sentences", "“{name}” cannot be written: it is a folder, or what is read here. Name another file."),
    "shrink.text_or_matrix": translate("Sentences", "The text cannot be read or the importance matrix not be written: {reason}."),
    "shrink.text_too_short": translate("Sentences", "The text has only {tokens} tokens of this model: name one of {size} tokens at least, or a smaller --ctx."),
    "shrink.too_many_layers": translate("Sentences", "“{name}” has {n} layers, of which at least one has to stay."),
    "shrink.type_no_weights": translate("Sentences", "The number format {type} holds no weights that can be looked into."),
    "shrink.windows_move": translate("Sentences", "Layers of “{name}” see far or near by turns, and those behind a gap change their parts: it may lose more than the same number of layers elsewhere."),
    "shrink.without_matrix": translate("Sentences", "It was made without an importance matrix, and lost more than it had to: {reason}"),
    "shrink.zeros_need_full": translate("Sentences", "“{name}” holds quantized weights, of which none can be set to zero: take the original (F16, BF16 or F32)."),
}
