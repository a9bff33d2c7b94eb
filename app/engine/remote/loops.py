"""Event loops whose end nothing holds up, and of whose requests the libraries log nothing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

_T = TypeVar("_T")
_asks_a_server = ContextVar("_asks_a_server", default=False)
# They log each request with its whole address, which is the person's own affair; what fails is
# said by this program. A filter holds for its own logger alone.
_LOGGERS = ("httpx2", *(f"httpcore2.{each}" for each in ("connection", "http11", "proxy", "socks")))


class _Unlogged(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return not _asks_a_server.get()


for _name in _LOGGERS:
    logging.getLogger(_name).addFilter(_Unlogged())


class Loop(asyncio.SelectorEventLoop):
    """What blocks (a name that is looked up) runs in a thread that nobody waits for at the end."""

    def run_in_executor(
        self,
        executor: object,
        func: Callable[..., _T],
        *args: Any,  # noqa: ANN401
    ) -> asyncio.Future[_T]:
        """Run a function in a thread of its own."""
        del executor
        future: asyncio.Future[_T] = self.create_future()

        def settle(result: _T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def work() -> None:
            result: _T | None = None
            failure: BaseException | None = None
            try:
                result = func(*args)
            except BaseException as error:  # handed over to who waits  # noqa: BLE001
                failure = error
            if not self.is_closed():
                with contextlib.suppress(RuntimeError):  # it was closed meanwhile: nobody waits
                    self.call_soon_threadsafe(settle, result, failure)

        threading.Thread(target=work, name="remote-lookup", daemon=True).start()
        return future


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end, on this thread, which has no loop."""
    token = _asks_a_server.set(True)
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(work)
    finally:
        _asks_a_server.reset(token)
