"""What the fake Hub holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class FakeFile:
    """A file of a repository: bytes, or a file on disk for large ones."""

    name: str
    content: bytes | Path
    lfs: bool = True
    sha256: str = ""
    size: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.content, Path):
            self.size = self.content.stat().st_size
            if not self.sha256:
                with self.content.open("rb") as file:
                    self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        else:
            self.size = len(self.content)
            self.sha256 = self.sha256 or hashlib.sha256(self.content).hexdigest()

    @property
    def git_sha1(self) -> str:
        """Git's name for the content."""
        data = self.read(0, self.size)
        return hashlib.sha1(b"blob %d\0" % self.size + data).hexdigest()

    def read(self, start: int, end: int) -> bytes:
        """Some of its bytes."""
        if isinstance(self.content, bytes):
            return self.content[start:end]
        with self.content.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def listed(self) -> dict[str, Any]:
        """As ``model_info`` tells it."""
        entry: dict[str, Any] = {"rfilename": self.name, "size": self.size}
        if self.lfs:
            entry["blobId"] = hashlib.sha1(self.sha256.encode()).hexdigest()
            entry["lfs"] = {"sha256": self.sha256, "size": self.size, "pointerSize": 134}
        else:
            entry["blobId"] = self.git_sha1
        return entry


@dataclass(slots=True)
class FakeRepository:
    """A repository at its newest commit.

    Attributes:
        gated: Needs a token of somebody who accepted the licence.
        private: Needs a token at all.
        facts: What else ``model_info`` and ``list_models`` tell, in the Hub's own words.
    """

    repo_id: str
    files: list[FakeFile] = field(default_factory=list)
    gated: bool = False
    private: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    commit: str = ""

    def __post_init__(self) -> None:
        self.commit = self.commit or hashlib.sha1(self.repo_id.encode()).hexdigest()

    def file(self, name: str) -> FakeFile | None:
        """The file of this name."""
        return next((file for file in self.files if file.name == name), None)

    def listed(self) -> dict[str, Any]:
        """As ``list_models`` tells it."""
        return {
            "_id": self.commit[:24],
            "id": self.repo_id,
            "modelId": self.repo_id,
            "author": self.repo_id.partition("/")[0],
            "sha": self.commit,
            "gated": "manual" if self.gated else False,
            "private": self.private,
            "downloads": 0,
            "likes": 0,
            "tags": ["gguf"],
            "lastModified": "2026-10-01T12:00:00.000Z",
            "createdAt": "2026-09-01T12:00:00.000Z",
        } | self.facts

    def info(self) -> dict[str, Any]:
        """As ``model_info`` tells it."""
        return self.listed() | {"siblings": [file.listed() for file in self.files]}
