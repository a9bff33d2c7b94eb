"""What files on the Hub will need, before they are downloaded: from their headers alone.

The headers are laid into empty files of the full size; llama.cpp then says what it would allocate.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.gate import StopFlag
from app.core.candidates.settings import EngineSettings, KvType
from app.core.errors import PersonError
from app.core.listing import with_eyes
from app.core.words.sentence import say
from app.hub.errors import HubGated, HubOffline, HubRateLimited, HubSilent, HubSwitchedOff
from app.hub.headers import HeaderReader, RemoteHeader, sparse_model
from app.hub.stopping import TICK_S, interruptible
from app.lab.hub.recommend import recommended

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.predict.fit import Fit, Fitter

# Headers that are fetched while llama.cpp looks at the one before.
_AHEAD = 3
# A projector is read whole; while it computes a picture it takes about a seventh of that more.
_WITH_SCRATCH = 1.15
_LEFT_BEHIND_S = 24 * 3600
# What will not be better for the next file.
_FOR_ALL = (HubGated, HubOffline, HubRateLimited, HubSilent, HubSwitchedOff)


def is_for_all(error: PersonError) -> bool:
    """Whether what went wrong with one file will not be better for the next."""
    return isinstance(error, _FOR_ALL)


class HubFitter:
    """Answers for files of repositories, one after another; one thread asks at a time.

    Args:
        headers: Fetches and keeps headers.
        fitter: Asks llama.cpp.
        folder: Where empty files stand in for the models; made when needed.
    """

    def __init__(self, headers: HeaderReader, fitter: Fitter, folder: Path) -> None:
        self._headers = headers
        self._fitter = fitter
        self._folder = folder
        self._asking = threading.Lock()
        self._free = threading.Event()
        self._free.set()

    def hold(self, held: bool) -> None:
        """Ask llama.cpp nothing for a while: somebody's speed is being taken. Any thread."""
        if held:
            self._free.clear()
        else:
            self._free.set()

    def rest(self) -> None:
        """End the engine until the next question; not where one is under way. Any thread."""
        if self._asking.acquire(blocking=False):
            try:
                self._fitter.close()
            finally:
                self._asking.release()

    def interrupt(self) -> None:
        """End the engine under a question in progress, which then fails. Any thread."""
        self._fitter.close()

    def close(self) -> None:
        """End the engine; waits for the question under way, which must not be held."""
        with self._asking:
            self._fitter.close()

    def fit(
        self,
        repository: Repository,
        file: ListedFile,
        context_tokens: int | None,
        kv_type: KvType = KvType.F16,
    ) -> Fit:
        """The answer for one file.

        Raises:
            PersonError: The header cannot be had or used; the sentence says why.
        """
        *_, (_file, answer) = self.fits(repository, [file], context_tokens, kv_type)
        if isinstance(answer, PersonError):
            raise answer
        return answer

    def fits(
        self,
        repository: Repository,
        files: Iterable[ListedFile],
        context_tokens: int | None,
        kv_type: KvType = KvType.F16,
        on_turn: Callable[[ListedFile], object] = lambda _file: None,
        stop: StopFlag | None = None,
    ) -> Generator[tuple[ListedFile, Fit | PersonError]]:
        """The answers, file by file in their order; an error in place of one does not end it.

        First of each what it needs, with the projector that would come with it; then, of each once
        more, how fast it will be, the one to take first: for that this PC may have to be measured.

        Args:
            repository: Where the files lie; its commit counts.
            files: Model files of it.
            context_tokens: Size of the context; what candidates get by default when left out.
            kv_type: Number format of keys and values.
            on_turn: Told whose turn it is to be read.
            stop: Set once nobody wants the answers any more.

        Raises:
            Stopped: Nobody does.
        """
        stop, reading = stop or StopFlag(), StopFlag()
        refused: PersonError | None = None
        known: list[tuple[ListedFile, Fit]] = []
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="headers") as pool:
            try:
                for file, header in _in_turn(pool, files, repository, self._headers, reading):
                    on_turn(file)
                    if refused is None:
                        eyes = _eyes_bytes(repository, file)
                        answer = self._answer(file, header, context_tokens, kv_type, eyes, stop)
                        if isinstance(answer, PersonError) and is_for_all(answer):
                            refused = answer
                            reading.stop()
                    else:
                        header.cancel()
                        answer = refused
                    if not isinstance(answer, PersonError):
                        known.append((file, answer))
                    yield file, answer
            finally:
                reading.stop()
        best, _reason = recommended(known)
        for file, fit in sorted(known, key=lambda each: each[0] is not best):
            self._wait_until_free(stop)
            with self._asking:
                answer = self._fitter.with_speed(fit)
            yield file, answer

    def _wait_until_free(self, stop: StopFlag) -> None:
        while not self._free.wait(TICK_S):
            stop.check()
        stop.check()

    def _answer(
        self,
        file: ListedFile,
        header: Future[list[RemoteHeader]],
        context_tokens: int | None,
        kv_type: KvType,
        eyes_bytes: int,
        stop: StopFlag,
    ) -> Fit | PersonError:
        if not file.complete:
            return PersonError(
                say(
                    "hub.repository_holds_only_shards",
                    count=len(file.parts),
                    shards=file.shards,
                    name=file.name,
                )
            )
        try:
            while not header.done():  # in pieces, so that Ctrl+C is heard on every system
                stop.check()
                with contextlib.suppress(TimeoutError):
                    header.exception(TICK_S)
                    continue
                if self._free.is_set():
                    # The engine starts while the network is waited for; who needs it hears why not.
                    with self._asking, contextlib.suppress(PersonError):
                        self._fitter.prepare()
            headers = header.result()
            self._wait_until_free(stop)
            with self._asking:
                return self._fit_headers(headers, context_tokens, kv_type, eyes_bytes)
        except PersonError as error:
            return error

    def _fit_headers(
        self,
        headers: list[RemoteHeader],
        context_tokens: int | None,
        kv_type: KvType,
        eyes_bytes: int,
    ) -> Fit:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tidy()
            with tempfile.TemporaryDirectory(dir=self._folder) as own:
                path = sparse_model(headers, Path(own))
                engine = EngineSettings(kv_type=kv_type)
                return self._fitter.memory(path, context_tokens, engine, eyes_bytes)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PersonError(
                say("hub.no_room_look_files_header", reason=reason), repr(error)
            ) from error

    def _tidy(self) -> None:
        """Remove what a program that was killed has left behind."""
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
                    shutil.rmtree(path, ignore_errors=True)


def _eyes_bytes(repository: Repository, file: ListedFile) -> int:
    """What the projector takes that comes with a file; 0 where none does."""
    eyes = with_eyes(repository.files, file)[len(file.parts) :]
    return int(sum(part.size_bytes for part in eyes) * _WITH_SCRATCH)


def _in_turn(
    pool: ThreadPoolExecutor,
    files: Iterable[ListedFile],
    repository: Repository,
    headers: HeaderReader,
    stop: StopFlag,
) -> Generator[tuple[ListedFile, Future[list[RemoteHeader]]]]:
    """Each file with its header that comes; a few are fetched ahead."""
    waiting: deque[tuple[ListedFile, Future[list[RemoteHeader]]]] = deque()

    def fetch(file: ListedFile) -> list[RemoteHeader]:
        if not file.complete:
            return []
        # The program must be able to end before a silent Hub has used up its time.
        return interruptible(
            lambda: headers.read(repository.repo_id, repository.commit, file, stop), stop
        )

    for file in files:
        waiting.append((file, pool.submit(fetch, file)))
        if len(waiting) > _AHEAD:
            yield waiting.popleft()
    yield from waiting
