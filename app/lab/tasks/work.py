"""How much of a candidate's questions is done: by tokens, since questions differ a hundred times.

A question about a long text is read as long as forty others, one that a broken model never ends
takes as long as ten: counted, the first answers would tell anything of the rest. How long answers
are is estimated from those that are still coming, too: all tokens that were said, over the answers
that have ended (the mean of what is censored, where an end comes as likely at each token).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.tasks.items import ANSWER_TOKENS, USUAL_BYTES_A_TOKEN
from app.library.vocabulary import bytes_a_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from app.core.tasks.items import TaskItem
    from app.lab.tasks.plan import TaskAnswer

# What templates write around a question.
_TEMPLATE_TOKENS = 15
# Of so many questions so much is a sample.
_SAMPLED, _SAMPLED_CHARACTERS = 32, 200
# A text is read once for about so many questions.
_AT_A_TEXT = 12
_BUNDLED_ANSWER_TOKENS, _OWN_ANSWER_TOKENS = 50.0, 17.0
# A token that is written takes so many times as long as one that is read.
_WRITTEN = 2.5
# What is usual weighs as much as so many questions that were answered.
_USUAL_QUESTIONS = 6


def read_tokens(item: TaskItem) -> float:
    """How many usual tokens a question takes to read, about; of its text only its share."""
    prompt = len(item.prompt.encode("utf-8", "replace"))
    text = (item.most_tokens - prompt) / _AT_A_TEXT
    return _TEMPLATE_TOKENS + prompt / USUAL_BYTES_A_TOKEN + text


def asked_bytes_a_token(path: Path, items: Sequence[TaskItem]) -> float:
    """About how many bytes of such questions a token of a model holds; reads its header.

    Raises:
        PersonError: The file cannot be read.
    """
    every = max(1, len(items) // _SAMPLED)
    text = "\n".join(item.prompt[:_SAMPLED_CHARACTERS] for item in items[::every])
    return bytes_a_token(path, text) or USUAL_BYTES_A_TOKEN


def said_tokens(items: Sequence[TaskItem]) -> float:
    """How long an answer to such questions usually is, in tokens, without thinking."""
    bundled = sum(item.kind in ANSWER_TOKENS for item in items)
    own = len(items) - bundled
    said = bundled * _BUNDLED_ANSWER_TOKENS + own * _OWN_ANSWER_TOKENS
    return said / (len(items) or 1)


class Work:
    """What is read and said of one candidate's questions. One thread.

    Args:
        items: All that may be asked.
        answers: Those that are known, by key.
    """

    def __init__(self, items: Sequence[TaskItem], answers: Mapping[str, TaskAnswer]) -> None:
        self._left = {item.key: read_tokens(item) for item in items}
        self._usual = said_tokens(items)
        self._saying: dict[str, int] = {}
        self._ended, self._said = 0, 0.0
        self._expected = self._read = 0.0
        for key, answer in answers.items():
            if key in self._left:
                self.end(key, self._left[key], answer.tokens)

    def say(self, key: str, tokens: int) -> None:
        """An answer has so many tokens by now."""
        self._saying[key] = tokens

    def end(self, key: str, read: float, said: int) -> None:
        """A question is answered, for which so many tokens were read and said."""
        self._saying.pop(key, None)
        self._expected += self._left.pop(key, 0.0)
        self._read += read
        self._said += said
        self._ended += 1

    def drop(self, items: Iterable[TaskItem]) -> None:
        """These cannot be asked."""
        for item in items:
            self._left.pop(item.key, None)
            self._saying.pop(item.key, None)

    @property
    def share(self) -> float:
        """That is done, 0 to 1."""
        if not self._left:
            return 1.0
        coming, left = sum(self._saying.values()), sum(self._left.values())
        usual = left / len(self._left) * _USUAL_QUESTIONS
        reading = left * (self._read + usual) / (self._expected + usual)
        mean = (self._said + coming + _USUAL_QUESTIONS * self._usual) / (
            self._ended + _USUAL_QUESTIONS
        )
        # Where an end comes as likely at each token, what was said says nothing of what will be.
        done = self._read + _WRITTEN * (self._said + coming)
        return done / (done + reading + _WRITTEN * mean * len(self._left))
