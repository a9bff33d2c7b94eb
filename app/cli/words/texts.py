"""Which text quality is measured on, from a word of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.words.sentence import say
from app.lab.quality.texts import MeasuredText, TextSource, measured_text, suited
from app.store.paths import Paths

TEXT_HELP = (
    "a text file, a .jsonl file with text, prompt or messages in each line, or one of the words "
    "usual (the bundled texts and the newest chats of History; for the demo model its own chats), "
    "bundled, history, demo; default: usual"
)


READ_HELP = (
    "a text file (plain text, Markdown, code), a .jsonl file, or one of the words bundled (a text "
    "of several languages and code) and history (own chats)"
)


def source_of(word: str | None) -> tuple[TextSource, Path | None]:
    """What a word stands for; a file of the same name is meant with a path, as ./history."""
    words = {str(source): source for source in TextSource if source is not TextSource.FILE}
    if word is None:
        return TextSource.USUAL, None
    source = words.get(word, TextSource.FILE)
    return source, Path(word) if source is TextSource.FILE else None


def text_named(
    word: str | None, paths: Paths, models: Iterable[ModelFile] = (), *, needs_file: bool = False
) -> MeasuredText:
    """The text that a word names, for these files.

    Raises:
        PersonError: It cannot be read or used, or is none where one is needed.
    """
    source, path = source_of(word)
    if needs_file and path is None:
        raise PersonError(say("program.name_text_file_text_mode"))
    return measured_text(suited(source, models), paths.database, path)
