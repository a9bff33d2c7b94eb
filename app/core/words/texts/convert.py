"""What is said of turning original weights into model files."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "convert.damaged": translate("Sentences", "“{file}” is damaged, or none of what its name says: download it again."),
    "convert.disk_full": translate("Sentences", "The disk is full: “{name}” could not be converted."),
    "convert.ends_early": translate("Sentences", "“{file}” ends before all of its weights do: download it again."),
    "convert.failed": translate("Sentences", "The converter ended without a model file; its log says more."),
    "convert.failed_because": translate("Sentences", "“{name}” could not be converted; the converter says: {reason}"),
    "convert.no_original": translate("Sentences", "“{folder}” holds no original weights: there should be a config.json, and files that end with .safetensors."),
    "convert.no_python": translate("Sentences", "The converter needs a Python of 3.11 or newer that can make environments; on Debian and Ubuntu that is the package python3-venv."),
    "convert.no_room": translate("Sentences", "The disk has no room for the converter, which takes 1.2 GB."),
    "convert.not_fetched": translate("Sentences", "What the converter needs could not be downloaded. Look whether this PC is online, and try again."),
    "convert.not_made": translate("Sentences", "The converter could not be written to the disk: {reason}."),
    "convert.not_there": translate("Sentences", "Original weights are turned into model files by llama.cpp's converter, which is not here yet: 300 MB to download, 1.2 GB on the disk, some minutes. “shrinkscope convert --set-up” gets it."),
    "convert.part_missing": translate("Sentences", "Of “{folder}” the file {file} is missing: download it first."),
    "convert.say_what": translate("Sentences", "Name a FOLDER of original weights and the TARGET to write, or say --set-up or --remove."),
    "convert.tokenizer_unknown": translate("Sentences", "The converter does not know how “{name}” cuts texts into tokens: it can only be converted by a later version, or is to be had as a model file (GGUF) already."),
    "convert.unsupported": translate("Sentences", "The converter of this version does not know models of the kind {architecture}, such as “{name}”. Look for it as a model file (GGUF)."),
    "convert.wants_code": translate("Sentences", "“{name}” needs Python files that lie beside its weights, and such are never run here. Look for it as a model file (GGUF)."),
}
