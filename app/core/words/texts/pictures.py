"""What is said of pictures that models are shown, and of what models see with."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "pictures.broken": translate("Sentences", "The picture “{name}” cannot be read: it is damaged."),
    "pictures.cannot_be_read": translate("Sentences", "The picture “{name}” cannot be read: {reason}."),
    "pictures.cannot_see": translate("Sentences", "This model cannot see: it is asked without a projector (mmproj)."),
    "pictures.gone": translate("Sentences", "The picture {name} is not there any more."),
    "pictures.left_out": translate("Sentences", "The chat template of this file leaves pictures out: choose another template."),
    "pictures.no_projector": translate("Sentences", "“{name}” is no projector: a model sees with the mmproj file that came with it."),
    "pictures.not_seen": translate("Sentences", "The engine cannot take this picture in: choose another size of it."),
    "pictures.no_reader": translate("Sentences", "“{name}” cannot be read on this PC: pictures are read with Qt, which lacks a system library here."),
    "pictures.not_kept": translate("Sentences", "The picture “{name}” could not be kept: memory or disk is too short."),
    "pictures.other_kind": translate("Sentences", "“{name}” is no picture that can be read: PNG, JPEG, WebP, GIF, BMP and TIFF files can."),
    "pictures.projector_gone": translate("Sentences", "The projector “{name}” is not there any more."),
    "pictures.projector_hears": translate("Sentences", "The projector “{name}” is for sound alone: this model cannot see with it."),
    "pictures.projector_other_model": translate("Sentences", "The projector “{name}” was made for another model: take the one that came with this model."),
    "pictures.projector_refused": translate("Sentences", "The engine refuses the projector “{name}”: it is damaged, or newer than this engine."),
    "pictures.too_large_at_once": translate("Sentences", "This model reads a picture all at once, which takes {tokens} tokens: choose a larger context."),
    "pictures.too_many": translate("Sentences", "No more than {most} pictures go with one message."),
    "pictures.too_many_bytes": translate("Sentences", "The picture “{name}” is larger than {most}: make it smaller first."),
    "pictures.too_many_pixels": translate("Sentences", "The picture “{name}” has more than {most} pixels: make it smaller first."),
}
