"""The sound files that mutants are made of."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.helpers import gguf_files as files
from tests.helpers.architectures import DESIGNS, Size, header_of
from tests.helpers.mutants import Draft

_SMALL = Size(layers=2, width=256, feed_forward=256, vocabulary_tokens=300, context_tokens=512)


def drafts(*whole: Path) -> list[Draft]:
    """Headers of every architecture, of all kinds of files, and those given, in parts.

    Args:
        whole: Files whose headers count too.
    """
    found = [Draft.read(header_of(name, _SMALL)) for name in DESIGNS]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [
            files.write_tiny_llama(folder / "tiny.gguf", n_layers=1),
            files.write_thinking_model(folder / "thinking.gguf"),
        ]
        for path in (*made, *whole):
            draft = Draft.read(path.read_bytes())
            draft.data = b""
            found.append(draft)
    return found


def shards() -> list[Draft]:
    """A set of two that belong together."""
    with tempfile.TemporaryDirectory() as name:
        made = files.write_sharded_llama(Path(name), n_shards=2)
        return [Draft.read(path.read_bytes()) for path in made]
