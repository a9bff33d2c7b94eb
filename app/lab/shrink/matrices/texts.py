"""What a model reads for its importance matrix: the bundled text, own files, own chats, or several.

A word stands for each: ``bundled``, ``history``, or the path of a file.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.quality.own_texts import JSONL_ENDINGS, as_plain_text, parse_jsonl
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.lab.models.named import data_in
from app.lab.shrink.reader import CalibrationText, bundled_calibration
from app.store.chat_texts import stored_talks

BUNDLED, HISTORY = "bundled", "history"
OWN_CHATS = "own chats"
"""What matrices call the text of chats."""
MOST_FILES = 50
MOST_READ_BYTES = 400_000
"""So much of all texts is read where nobody says how many chunks: about 200 chunks."""
_PIECES = 8
# Signs that no text has: what holds one is a program, a picture, an archive.
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True, slots=True)
class OwnChats:
    """How much was chatted here: chats, and the bytes of their texts."""

    count: int = 0
    size_bytes: int = 0


def calibration_of(
    words: Sequence[str], model: ModelFile, database: Path, most_bytes: int = 0
) -> CalibrationText:
    """The texts that words name, as one.

    Args:
        words: ``bundled``, ``history`` or paths; none for the bundled text.
        model: That is to read it.
        database: Where this program's chats are stored.
        most_bytes: Take so much at most, alike of each text and from all over it; 0 for all.

    Raises:
        PersonError: One of them cannot be read, is no text, or there are no chats yet.
    """
    wanted = list(dict.fromkeys(words)) or [BUNDLED]
    if len(wanted) > MOST_FILES:
        raise PersonError(say("shrink.too_many_texts", n=MOST_FILES))
    texts = [_text(word, model, database, most_bytes) for word in wanted]
    if len(texts) == 1 and not most_bytes:
        return texts[0]
    sizes = _shares([len(text.data) for text in texts], most_bytes)
    data = b"\n\n".join(_thinned(t.data, size) for t, size in zip(texts, sizes, strict=True))
    return CalibrationText(
        " + ".join(text.name for text in texts), data, any(text.marks for text in texts)
    )


def as_word(word: str) -> str:
    """The same word for any folder: paths are whole."""
    return word if word in (BUNDLED, HISTORY) else str(Path(word).absolute())


def own_chats(database: Path, most_bytes: int = 0) -> bytes:
    """The newest stored chats as lines of who says what.

    Raises:
        StoreFailed: They cannot be read.
    """
    found = bytearray()
    with contextlib.closing(stored_talks(database)) as talks:
        for talk in talks:
            found += b"\n\n" * bool(found) + as_plain_text(talk).encode("utf-8", "replace")
            if most_bytes and len(found) >= most_bytes:
                break
    return bytes(found)


def chats_there(database: Path) -> OwnChats:
    """How much there is to read of own chats.

    Raises:
        StoreFailed: They cannot be read.
    """
    with contextlib.closing(stored_talks(database)) as talks:
        sizes = [len(as_plain_text(talk).encode("utf-8", "replace")) for talk in talks]
    return OwnChats(len(sizes), sum(sizes))


def _text(word: str, model: ModelFile, database: Path, most_bytes: int) -> CalibrationText:
    if word == BUNDLED:
        return bundled_calibration(model)
    if word == HISTORY:
        data = own_chats(database, most_bytes)
        if not data:
            raise PersonError(say("lab.no_chat_history_yet"))
        return CalibrationText(OWN_CHATS, data)
    return CalibrationText(file_name(word), _file(Path(word)))


def _file(path: Path) -> bytes:
    """A plain text of any kind as UTF-8; of JSON lines, what is said in them."""
    data = data_in(path)
    coded = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(coded)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if _NO_TEXT.search(text):
        raise PersonError(say("shrink.no_plain_text", name=path.name))
    if path.suffix.lower() not in JSONL_ENDINGS:
        return data if coded == "utf-8" and text.encode() == data else text.encode()
    parts = parse_jsonl(text)
    said: Iterable[str] = (
        part.text or "\n\n".join(map(as_plain_text, part.chats)) for part in parts
    )
    return "\n\n".join(said).encode()


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """How much of each is taken: what a short one leaves goes to the longer ones."""
    if not most or sum(sizes) <= most:
        return list(sizes)
    shares = [0] * len(sizes)
    left, waiting = most, sorted(range(len(sizes)), key=sizes.__getitem__)
    while waiting:
        place = waiting.pop(0)
        shares[place] = min(sizes[place], left // (len(waiting) + 1))
        left -= shares[place]
    return shares


def _thinned(data: bytes, most: int) -> bytes:
    """Whole lines from all over a text, where it is longer."""
    if len(data) <= most:
        return data
    piece = most // _PIECES
    found: list[bytes] = []
    for number in range(_PIECES):
        at = (len(data) - piece) * number // (_PIECES - 1)
        begin = data.find(b"\n", at, at + piece) + 1 if number else 0
        part = data[begin or at : at + piece]
        end = part.rfind(b"\n")
        found.append(part[:end] if end > 0 else part)
    # Where there is no line's end, a letter may be cut in two.
    return b"\n".join(found).decode("utf-8", "ignore").encode()
