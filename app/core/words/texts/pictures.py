"""What is said of pictures that models are shown, and of what models see with."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS: dict[str, str] = {
    "pictures.broken": translate("Sentences", "The picture “{name}” cannot be read: it is damaged."),
    "pictures.cannot_be_read": translate("Sentences", "The picture “{name}” cannot be read: {reason}."),
    "pictures.cannot_see": translate("Sentences", "This model cannot see: it is asked without a projector (mmproj)."),
    "pictures.no_reader": translate("Sentences", "“{name}” cannot be read on this PC: pictures are read with Qt, which lacks a system library here."),
    "pictures.not_kept": translate("Sentences", "The picture “{name}” could not be kept: memory or disk is too short."),
    "pictures.other_kind": translate("Sentences", "“{name}” is no picture that can be read: PNG, JPEG, WebP, GIF, BMP and TIFF files can."),
    "pictures.too_many": translate("Sentences", "No more than {most} pictures go with one message."),
    "pictures.too_many_bytes": translate("Sentences", "The picture “{name}” is larger than {most}: make it smaller first."),
    "pictures.too_many_pixels": translate("Sentences", "The picture “{name}” has more than {most} pixels: make it smaller first."),
}
