"""What a loaded model reads: texts and chats as its tokens."""

from __future__ import annotations

from datetime import date

import msgspec

from app.core.chats.chat import Message


class Tokenize(msgspec.Struct, tag="tokenize", frozen=True):
    """Write the tokens of a text file into another file, as little-endian 32-bit numbers.

    Special tokens written in the text are read as plain text. A begin token that the vocabulary
    wants stands first. Needs a loaded model.

    Attributes:
        source: The text, UTF-8.
        target: Written anew.
        marks: Texts of special tokens become those tokens.
    """

    id: int
    source: str
    target: str
    marks: bool = False


class Detokenize(msgspec.Struct, tag="detokenize", frozen=True):
    """Say which bytes tokens stand for. Needs a loaded model."""

    id: int
    tokens: list[int]


class RenderChat(msgspec.Struct, tag="render_chat", frozen=True):
    """Render messages with a chat template and say their tokens.

    Attributes:
        opens_answer: End with what the template writes in front of an answer.
        template: Jinja text to use in place of the file's own; None takes the file's.
        day: What the template is told where it asks for the date; None for now.
    """

    id: int
    messages: list[Message]
    opens_answer: bool = False
    template: str | None = None
    day: date | None = None


class CountPicture(msgspec.Struct, tag="count_picture", frozen=True):
    """Say what a picture of this size takes of the context. Needs a loaded model that sees."""

    id: int
    width: int
    height: int


class Tokenized(msgspec.Struct, tag="tokenized", frozen=True):
    """The tokens are written.

    Attributes:
        count: How many there are.
        begin_token: What stands at the start of every text; None where the vocabulary wants none.
        vocabulary_digest: SHA-256 of all tokens' texts: models of one digest can be compared.
    """

    id: int
    count: int
    begin_token: int | None
    vocabulary_digest: str


class Detokenized(msgspec.Struct, tag="detokenized", frozen=True):
    """The bytes of each token, as Latin-1 text: a token may end inside a UTF-8 sequence."""

    id: int
    pieces: list[str]


class ChatRendered(msgspec.Struct, tag="chat_rendered", frozen=True):
    """Messages as the model reads them.

    Attributes:
        text: As the template wrote it.
        tokens: Its tokens, with the begin token that the vocabulary wants.
    """

    id: int
    text: str
    tokens: list[int]


class PictureCounted(msgspec.Struct, tag="picture_counted", frozen=True):
    """What a picture takes of the context.

    Attributes:
        width, height: As they were asked for.
        tokens: With the marks that the model wants around it.
    """

    id: int
    width: int
    height: int
    tokens: int
