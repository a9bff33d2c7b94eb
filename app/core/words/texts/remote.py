"""What is said of engines elsewhere: how a request to a server went."""

# ruff: noqa: E501 - a line a sentence
# fmt: off

from __future__ import annotations

from app.core.words.texts import translate

TEXTS = {
    "remote.of_servers_alone": translate("Sentences", "Only servers are asked for this; engines of this PC tell whole distributions."),
}
