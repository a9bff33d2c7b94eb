"""The worker: carries out one command after the other."""

from __future__ import annotations

import os
from collections.abc import Collection

from app.core.words.sentence import say
from app.engine.host.answering.generator import failed
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.held import Held
from app.engine.host.llama import native
from app.engine.host.llama.native import backend_names
from app.engine.host.llama.variants import loaded_variant
from app.engine.host.process.abort import AbortFlag
from app.engine.host.process.channel import Channel
from app.engine.host.process.crew import Crew
from app.engine.host.refusals import explained
from app.engine.host.table import TABLE
from app.engine.protocol.loading import Hello
from app.engine.protocol.messages import PROTOCOL_VERSION, Command
from app.engine.protocol.running import Failed, FailureKind, Working


class Worker:
    """Takes commands from the channel; everything runs on the thread that calls serve()."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._abort = AbortFlag()
        self._channel = Channel(read_fd, write_fd, self._abort.stop)
        self._log = native.NativeLog()
        self._held = Held(self._channel, self._abort, self._log)

    def serve(self, left_out: Collection[str] = (), *, is_steady: bool = False) -> None:
        """Say hello, then carry out commands until the process is ended.

        Args:
            left_out: Variants for this processor to do without.
            is_steady: Keep all threads at work, whatever other programs do.
        """
        lines = self._log.collect()
        native.start_native(left_out)
        # Without OpenMP threads that wait never sleep: they would stand in each other's way.
        Crew.is_steady = is_steady and "OPENMP = 1" in native.system_info()
        self._held.devices = native.devices()
        self._channel.emit(
            Hello(
                PROTOCOL_VERSION,
                os.getpid(),
                native.engine_version(),
                native.system_info(),
                self._held.devices,
                backend_names(),
                loaded_variant(lines),
            )
        )
        self._channel.start()
        while True:
            self._carry_out(self._channel.next_command())

    def _carry_out(self, command: Command) -> None:
        """To its closing event, which is told whatever comes of it."""
        self._abort.begin(command.id)
        self._log.collect()
        step, carry = TABLE[type(command)]
        if step is not None:
            self._channel.emit(Working(command.id, step))
        try:
            event = carry(self._held, command)
            if event is not None:
                self._channel.emit(event)
        except Aborted:
            cancelled = Failed(command.id, FailureKind.CANCELLED, say("engine.stopped"))
            self._channel.emit(cancelled)
        except EngineError as error:
            self._channel.emit(failed(command.id, self._explained(error)))
        except MemoryError:
            short = EngineError(FailureKind.MEMORY, say("engine.memory_too_short_close_other"))
            self._channel.emit(failed(command.id, short))
        finally:
            self._abort.end()
            self._log.collect()

    def _explained(self, error: EngineError) -> EngineError:
        # Without its adapters a model's answers may be whole.
        if error.kind is FailureKind.NUMBERS and self._held.is_adapted:
            return EngineError(FailureKind.NUMBERS, say("adapters.computes_no_numbers"))
        return explained(error, self._log.lines)
