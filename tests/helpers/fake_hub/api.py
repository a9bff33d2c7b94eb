"""The API of the fake Hub: search, facts of a repository, addresses of files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.helpers.fake_hub.faults import Fault, FaultKind
from tests.helpers.fake_hub.server import Handler

if TYPE_CHECKING:
    from tests.helpers.fake_hub.repositories import FakeFile, FakeRepository

_INFO = re.compile(r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?")
_RESOLVE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
_SORTS = {
    "trendingScore": "trendingScore",
    "downloads": "downloads",
    "likes": "likes",
    "createdAt": "createdAt",
    "lastModified": "lastModified",
}
_UNITS = {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


class ApiHandler(Handler):
    """Answers one request of the API."""

    host = "api"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.remember()
        fault = self.hub.api_faults.take()
        if fault is not None and self._fail(fault):
            return
        path = unquote(urlsplit(self.path).path)
        if path == "/api/models":
            self._search()
        elif path == "/api/whoami-v2":
            self._who()
        elif match := _INFO.fullmatch(path):
            self._info(match[1], match[2])
        elif match := _RESOLVE.fullmatch(path):
            self._resolve(match[1], match[2], match[3])
        else:
            self.answer(404, {"X-Error-Code": "RepoNotFound"})

    def _fail(self, fault: Fault) -> bool:
        match fault.kind:
            case FaultKind.UNAVAILABLE:
                self.answer(503, {"Retry-After": "0"})
            case FaultKind.TOO_MANY:
                self.answer(429, {"Retry-After": str(fault.at_byte)})
            case FaultKind.FORBIDDEN:
                headers = {"Content-Type": "application/json", "X-Error-Message": "Forbidden"}
                self.answer(403, headers, b"{}")
            case FaultKind.REFUSAL_PAGE:
                self.answer(fault.at_byte, {"Content-Type": "text/html"}, b"<html>No.</html>")
            case FaultKind.SILENT | FaultKind.STALL:
                self.fall_silent()
            case FaultKind.RESET:
                self.reset()
            case FaultKind.CLOSE:
                self.end_connection()
            case _:
                return self.misbehave(fault)
        return True

    # --- what there is ----------------------------------------------------------------------

    def _search(self) -> None:
        if self._is_refused():
            return
        asked = parse_qs(urlsplit(self.path).query)
        found = [
            repository.listed()
            for repository in self.hub.repositories.values()
            if _matches(repository, asked) and self._sees(repository)
        ]
        key = _SORTS.get(asked.get("sort", [""])[0])
        if key is not None:
            found.sort(key=lambda model: model.get(key) or 0, reverse=True)
        page = min(self.hub.page, int(asked.get("limit", [self.hub.page])[0]))
        start = int(asked.get("cursor", ["0"])[0])
        headers = {"Content-Type": "application/json"}
        if self.hub.next_page is not None:
            headers["Link"] = f'<{self.hub.next_page}>; rel="next"'
        elif start + page < len(found):
            following = urlencode({**asked, "cursor": [str(start + page)]}, doseq=True)
            headers["Link"] = f'<{self.hub.endpoint}/api/models?{following}>; rel="next"'
        self.answer(200, headers, json.dumps(found[start : start + page]).encode())

    def _who(self) -> None:
        token = self._token()
        if token not in self.hub.tokens:
            self.answer(401, {"X-Error-Message": "Invalid credentials in Authorization header"})
            return
        body = json.dumps({"type": "user", "name": f"owner-of-{token}", "orgs": []}).encode()
        self.answer(200, {"Content-Type": "application/json"}, body)

    def _info(self, repo_id: str, revision: str | None) -> None:
        repository = self._allowed(repo_id, revision, needs_licence=False)
        if repository is not None:
            body = json.dumps(repository.info()).encode()
            self.answer(200, {"Content-Type": "application/json"}, body)

    def _resolve(self, repo_id: str, revision: str, name: str) -> None:
        repository = self._allowed(repo_id, revision, needs_licence=True)
        if repository is None:
            return
        file = repository.file(name)
        if file is None:
            self.answer(404, {"X-Error-Code": "EntryNotFound"})
            return
        headers = {"X-Repo-Commit": repository.commit, "Accept-Ranges": "bytes"}
        if file.lfs:
            headers |= {
                "X-Linked-Etag": f'"{file.sha256}"',
                "X-Linked-Size": str(file.size),
                "Location": self.hub.sign(file),
            }
            self.answer(302, headers)
        else:
            self._small(file, headers | {"ETag": f'"{file.git_sha1}"'})

    def _small(self, file: FakeFile, headers: dict[str, str]) -> None:
        body = file.read(0, file.size)
        self.answer(200, headers | {"Content-Length": str(file.size)}, body)

    # --- who may see it -----------------------------------------------------------------------

    def _is_refused(self) -> bool:
        """Whether the token is not accepted, which was answered then."""
        if self._token() is None or self._token() in self.hub.tokens:
            return False
        self.answer(401, {"X-Error-Message": "Invalid credentials in Authorization header"})
        return True

    def _allowed(
        self, repo_id: str, revision: str | None, *, needs_licence: bool
    ) -> FakeRepository | None:
        """The repository, or None after the refusal was sent."""
        if self._is_refused():
            return None
        repository = self.hub.repositories.get(repo_id)
        if repository is None or not self._sees(repository):
            self.answer(404 if self._token() else 401, {"X-Error-Code": "RepoNotFound"})
            return None
        accepted = self.hub.tokens.get(self._token() or "", False)
        if needs_licence and repository.gated and not accepted:
            self.answer(403 if self._token() else 401, {"X-Error-Code": "GatedRepo"})
            return None
        if revision not in {None, "main", repository.commit}:
            self.answer(404, {"X-Error-Code": "RevisionNotFound"})
            return None
        return repository

    def _sees(self, repository: FakeRepository) -> bool:
        return not repository.private or self._token() in self.hub.tokens

    def _token(self) -> str | None:
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if scheme == "Bearer" else None


def _matches(repository: FakeRepository, asked: dict[str, list[str]]) -> bool:
    facts = repository.listed()
    words = " ".join(asked.get("search", [])).lower().split()
    author = asked.get("author", [facts["author"]])[0]
    gated = asked.get("gated")
    return (
        all(tag in facts["tags"] for tag in asked.get("filter", []))
        and all(word in repository.repo_id.lower() for word in words)
        and author == facts["author"]
        and (gated is None or (gated[0].lower() == "true") == repository.gated)
        and _has_size(facts, asked.get("num_parameters", [""])[0])
    )


def _has_size(facts: dict[str, Any], asked: str) -> bool:
    parameters = (facts.get("gguf") or {}).get("total", 0)
    for bound in asked.split(",") if asked else []:
        kind, _, value = bound.partition(":")
        limit = float(value[:-1]) * _UNITS[value[-1]] if value[-1] in _UNITS else float(value)
        if (parameters < limit) if kind == "min" else (parameters > limit):
            return False
    return True
