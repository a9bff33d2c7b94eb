"""The probabilities of an answer's tokens, and of what the model might have said in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.engine.host.answering.sampling import logits_of
from app.engine.protocol.answering import LikelyToken, SaidToken

if TYPE_CHECKING:
    from app.engine.host.answering.sampling import Computed


def said_token(context: Computed, token: int, most: int) -> SaidToken:
    """A token that was chosen, by the logits that it was chosen from.

    Args:
        context: Computed those last.
        token: The one that was chosen.
        most: So many of the likeliest.
    """
    logits = logits_of(context)
    most = min(most, len(logits))
    highest = float(logits.max())
    everything = highest + float(np.log(np.exp(logits - highest).sum(dtype=np.float64)))
    places = np.argpartition(logits, -most)[-most:] if most else np.empty(0, np.intp)
    likeliest = places[np.argsort(-logits[places], kind="stable")]

    def told(place: int) -> LikelyToken:
        piece = context.model.piece(place, special=True)
        # Minus infinity is no number of JSON's; nothing is as unlikely as that.
        return LikelyToken(piece, max(float(logits[place]) - everything, _NEVER))

    return SaidToken(told(token), [told(int(place)) for place in likeliest])


_NEVER = -9999.0
