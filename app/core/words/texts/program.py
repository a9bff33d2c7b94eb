"""What is said of the program itself and its engine."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "program.build_engine_could_not_started": translate("Sentences", "The build of the engine could not be started."),
    "program.chunk_needs_8_tokens_least": translate("Sentences", "A chunk needs 8 tokens at least."),
    "program.engine_could_not_started": translate("Sentences", "The engine could not be started."),
    "program.list_and": translate("Sentences", "{first} and {last}"),
    "program.list_comma": translate("Sentences", "{first}, {rest}"),
    "program.list_semicolon": translate("Sentences", "{first}; {rest}"),
    "program.name_text_file_text_mode": translate("Sentences", "Name a text file with --text: this mode measures on a text of yours."),
    "program.no_standard_input_take_token": translate("Sentences", "There is no standard input to take the token from."),
    "program.only_checkout_project_builds_own": translate("Sentences", "Only a checkout of the project builds its own engine."),
    "program.pc_no_keyring_keeps_secrets": translate("Sentences", "This PC has no keyring that keeps secrets safe: put the token into the variable HF_TOKEN, or sign in with Hugging Face's own program, hf auth login."),
}
