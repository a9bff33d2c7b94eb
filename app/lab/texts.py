"""The text that quality is measured on where the person gives none: the bundled ones, joined."""

from __future__ import annotations

from app.core.quality.texts import TextKind, parse_chats, parse_index
from app.resources import resource_path

BUNDLED_TEXT = "bundled texts"


def bundled_text() -> bytes:
    """All bundled texts one after another, UTF-8; chats as plain lines of who says what.

    Raises:
        OSError: They are missing from this installation.
    """
    folder = resource_path("texts", "mixed")
    parts: list[str] = []
    for text in parse_index((folder / "index.json").read_text(encoding="utf-8")):
        content = (folder / text.file).read_text(encoding="utf-8")
        if text.kind is TextKind.CHAT:
            content = "\n\n".join(map(_conversation, parse_chats(content)))
        parts.append(content.strip())
    return "\n\n".join(parts).encode("utf-8")


def _conversation(messages: list[tuple[str, str]]) -> str:
    return "\n".join(f"{role}: {content}" for role, content in messages)
