"""Which files are voted on: known again by their content, wherever they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from app.core.candidates.candidate import Candidate
from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.votes.pairs import VotedCandidate, VotedFile
from app.core.words.sentence import say
from app.lab.models.hashes import hashes_of


def look_at(model: ModelFile) -> VotedFile:
    """A file as it is now, its content unread.

    Raises:
        PersonError: It is gone.
    """
    try:
        found = [path.stat() for path in model.shard_paths]
    except OSError as error:
        raise PersonError(
            say("lab.cannot_read", path=model.path, reason=error.strerror or error), repr(error)
        ) from error
    return VotedFile(
        path=str(model.path.absolute()),
        level=model.level_name,
        file_bytes=sum(each.st_size for each in found),
        modified_ns=max(each.st_mtime_ns for each in found),
    )


def known_again(file: VotedFile, known: Iterable[VotedFile]) -> VotedFile:
    """The file with its hashes, where it was hashed before and has not been written since."""
    place = (file.path, file.file_bytes, file.modified_ns)
    for other in known:
        if other.sha256 and (other.path, other.file_bytes, other.modified_ns) == place:
            return msgspec.structs.replace(file, sha256=other.sha256)
    return file


def identify(
    candidates: Iterable[Candidate],
    known: Sequence[VotedFile],
    open_model: Callable[[Path], ModelFile],
    check: Callable[[], None] = lambda: None,
) -> dict[str, VotedCandidate]:
    """Candidates with their files, by key; those that cannot be read are left out. Any thread.

    A file is read in full only where another one of its size was voted on: it may be the same under
    another name.
    """
    sizes = {file.file_bytes for file in known if file.sha256}
    found: dict[str, VotedCandidate] = {}
    files = list(known)
    for candidate in candidates:
        if (server := candidate.server) is not None:
            file = VotedFile.of_server(server)
            found[candidate.key()] = VotedCandidate(candidate, file)
            continue
        try:
            model = open_model(candidate.file)
            file = known_again(look_at(model), files)
            if not file.sha256 and file.file_bytes in sizes:
                sha256 = hashes_of(model, lambda _: check())
                file = msgspec.structs.replace(file, sha256=sha256)
        except PersonError:
            continue
        files.append(file)
        found[candidate.key()] = VotedCandidate(candidate, file)
    return found
