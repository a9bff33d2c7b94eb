"""What names a model's content: the hash of each of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from app.base.files import hash_file
from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.words.sentence import say


def hashes_of(model: ModelFile, seen: Callable[[int], object]) -> tuple[str, ...]:
    """Read all of a model's files, for minutes; their SHA-256 in the order of the shards.

    Args:
        model: Which.
        seen: Told how many bytes of them were read; what it raises ends the work.

    Raises:
        PersonError: One cannot be read.
    """
    found, before_bytes = list[str](), 0
    for path in model.shard_paths:
        digest = hashlib.sha256()
        try:
            before_bytes += hash_file(
                path, lambda done_bytes, before=before_bytes: seen(before + done_bytes), digest
            )
        except OSError as error:
            raise PersonError(
                say("lab.cannot_read", path=path, reason=error.strerror or error), repr(error)
            ) from error
        found.append(digest.hexdigest())
    return tuple(found)
