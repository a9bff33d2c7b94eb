"""Event loops whose end nothing holds up."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


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
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)
