"""Places to go back to, for memory that cannot drop what came last.

A recurrent state holds all tokens in one, and a sliding window forgets what has left it: neither
can be cut back to a prefix. So the state is copied now and then, without the part that can be cut
(the keys and values of full attention), and set again when a chat goes on from an earlier place.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import llama_cpp
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# llama-cpp-python's types want ctypes' numbers where its functions take Python's.
lc = cast("Any", llama_cpp)
_PART = lc.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
_LEAST_BYTES = 16 << 20
_SHARE = 16


@dataclass(frozen=True, slots=True)
class _Place:
    """A state after so many tokens; the next one's position."""

    tokens: int
    position: int
    state: NDArray[np.uint8]


class Places:
    """The states of one context's only sequence, the oldest first.

    Args:
        handle: The context.
        most_bytes: Of all states; older ones go first, and one that is larger is not kept.
    """

    def __init__(self, handle: llama_cpp.llama_context_p, most_bytes: int) -> None:
        self._handle = handle
        self._most_bytes = most_bytes
        self._places: list[_Place] = []

    def note(self, tokens: int, position: int) -> None:
        """Keep the state of now, after so many tokens, before this position."""
        if any(place.tokens == tokens for place in self._places):
            return
        size = lc.llama_state_seq_get_size_ext(self._handle, 0, _PART)
        if not 0 < size <= self._most_bytes:
            return
        self._make_room(size)
        state = np.empty(size, np.uint8)
        if lc.llama_state_seq_get_data_ext(self._handle, _pointer(state), size, 0, _PART) == size:
            self._places.append(_Place(tokens, position, state))

    def go_back(self, most_tokens: int) -> int | None:
        """Set the latest state after no more than so many tokens; later ones are dropped.

        Returns:
            How many tokens it holds; None where there is none, or it could not be set.
        """
        self.drop_after(most_tokens)
        if not self._places:
            return None
        place = self._places[-1]
        memory = lc.llama_get_memory(self._handle)
        was_set = lc.llama_state_seq_set_data_ext(
            self._handle, _pointer(place.state), len(place.state), 0, _PART
        )
        # What can be cut is: the state itself ends there.
        if was_set and lc.llama_memory_seq_rm(memory, 0, place.position, -1):
            return place.tokens
        return None

    def drop_after(self, tokens: int) -> None:
        """Forget states after more than so many tokens."""
        while self._places and self._places[-1].tokens > tokens:
            self._places.pop()

    def _make_room(self, size: int) -> None:
        held = sum(len(place.state) for place in self._places)
        while self._places and held + size > self._most_bytes:
            held -= len(self._places.pop(0).state)


def room_for_places(weights_bytes: int) -> int:
    """Most bytes of states beside a model: little against its weights, enough for a small one."""
    return max(_LEAST_BYTES, weights_bytes // _SHARE)


def _pointer(state: NDArray[np.uint8]) -> object:
    return state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
