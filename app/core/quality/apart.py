"""Places where a candidate and its reference say something else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorstToken:
    """A place where the candidate is far from its reference.

    Attributes:
        before: The text that leads there.
        token: What comes next in the text.
        kld: In nats.
        reference_p: The reference's probability of the token.
        candidate_p: The candidate's.
        is_own: It stands in the person's own chats.
    """

    before: str
    token: str
    kld: float
    reference_p: float
    candidate_p: float
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a candidate's greedy answer leaves the reference's.

    Attributes:
        prompt: What was asked.
        same_tokens: How many tokens both begin with.
        of_tokens: How many the reference went on with.
        parted: Whether they differ at all, as far as was looked.
        before: The text up to there.
        reference: How the reference goes on.
        candidate: How the candidate does.
        is_own: The prompt stands in the person's own chats.
    """

    prompt: str
    same_tokens: int
    of_tokens: int
    parted: bool
    before: str
    reference: str
    candidate: str
    is_own: bool = False
