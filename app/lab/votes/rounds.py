"""The booth: pairs are asked for here, shown without names, voted on, and counted."""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING

from app.core.votes.choices import Choice, Outcome, are_identical, shuffle
from app.core.votes.pairs import PairState, Role, VotedFile, VotePair, VoteSettings
from app.core.votes.tally import band, tally
from app.lab.engines.loading import threads_for
from app.lab.votes.events import Answered, FileKnown, PairFailed
from app.lab.votes.orders import Placed, ShownPair, Standing, Waiting
from app.lab.votes.rates import ballots_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.core.statistics.anytime import WinRate
    from app.lab.votes.events import AnswerEvent
    from app.lab.votes.orders import VoteOrder
    from app.store.votes import Ballot, VoteStore

_SEED_BITS = 62


class VoteBooth:
    """Owns what is voted on. Lives on the thread of its store.

    Args:
        store: Where everything is kept at once.
        threads: Of the engines of models that are not small.
        draw_seed: A new seed for each order.
    """

    def __init__(
        self,
        store: VoteStore,
        threads: int,
        draw_seed: Callable[[], int] = lambda: secrets.randbits(_SEED_BITS),
    ) -> None:
        self._store = store
        self._threads = threads
        self._draw_seed = draw_seed
        self._identities: dict[str, VotedFile] = {}
        self._ballots: list[Ballot] | None = None
        self._standings: dict[tuple[str, str], Standing] = {}
        self._pairs: dict[int, VotePair] | None = None

    # --- files ----------------------------------------------------------------------------

    def known_files(self) -> list[VotedFile]:
        """Files that were voted on before; to find out which of them others are."""
        return self._store.files()

    def set_identities(self, found: Mapping[str, VotedFile]) -> None:
        """What ``votes_files.identify`` found of files, by path as it was given."""
        self._identities.update(found)
        # Pairs that were stored before their file was read, by a program that was ended then.
        unread = {file.content for file in self._store.files() if not file.sha256}
        for file in found.values():
            if file.sha256 and (file.path, file.file_bytes, file.modified_ns) in unread:
                self._store.know_file(file)
        self._pairs = None
        self._count_anew()

    def _content(self, path: str) -> object:
        file = self._identities.get(path)
        return path if file is None else file.content

    # --- asking ---------------------------------------------------------------------------

    def place(self, order: VoteOrder) -> Placed:
        """Store pairs for these prompts.

        Prompts are left out where the person has seen, or is about to see, an answer to it by one
        of the files: it would be known again.

        Raises:
            KeyError: A file was not identified.
            StoreFailed: They cannot be stored.
        """
        reference = self._identities[str(order.reference)]
        candidates = [self._identities[str(path)] for path in order.candidates]
        settings = VoteSettings(
            order.sampling,
            order.system_prompt,
            order.context_tokens,
            threads_for(max(file.file_bytes for file in (reference, *candidates)), self._threads),
        )
        dealt = self._deal(order.prompts, reference, candidates)
        seed = self._draw_seed()
        pairs = [
            VotePair(
                prompt,
                reference,
                candidate,
                settings,
                seed,
                number,
                shuffle(seed, number).candidate_left,
            )
            for number, (prompt, candidate) in enumerate(dealt.items())
        ]
        left_out = tuple(prompt for prompt in order.prompts if prompt not in dealt)
        added = self._store.add(pairs) if pairs else []
        self._pairs = None
        return Placed(tuple(added), left_out)

    def _deal(
        self, prompts: Iterable[str], reference: VotedFile, candidates: Sequence[VotedFile]
    ) -> dict[str, VotedFile]:
        """Who answers what beside the reference: whoever has the fewest pairs so far."""
        seen: set[tuple[str, object]] = set()
        often: Counter[object] = Counter()
        for prompt, one, other in self._store.asked():
            seen |= {(prompt, one.content), (prompt, other.content)}
            often.update({one.content, other.content})
        dealt: dict[str, VotedFile] = {}
        for prompt in prompts:
            free = [file for file in candidates if (prompt, file.content) not in seen]
            if (prompt, reference.content) in seen or not free:
                continue
            chosen = min(free, key=lambda file: often[file.content])
            often[chosen.content] += 1
            dealt[prompt] = chosen
        return dealt

    def unseen(
        self, prompts: Sequence[str], reference: str, candidates: Iterable[str]
    ) -> list[str]:
        """Of these prompts, those that would not be left out of an order."""
        known = self._identities
        files = [known[path] for path in candidates if path in known]
        if reference not in known or not files:
            return list(prompts)
        return list(self._deal(prompts, known[reference], files))

    def unanswered(self, paths: Iterable[str]) -> list[VotePair]:
        """Pairs among these files that wait for answers."""
        return [pair for pair in self._open(paths) if pair.state is PairState.WAITING]

    def forgive(self, paths: Iterable[str]) -> None:
        """Let pairs that failed be asked anew."""
        for pair in self._open(paths):
            if pair.state is PairState.FAILED:
                self._store.set_error(pair.id, None)
        self._pairs = None

    def set_aside(self, paths: Iterable[str], state: PairState) -> None:
        """Ask no more for pairs that wait for answers, or for those that failed."""
        self._store.retire([pair.id for pair in self._open(paths) if pair.state is state])
        self._pairs = None

    def take(self, event: AnswerEvent) -> None:
        """Store what the answers' maker tells."""
        match event:
            case FileKnown():
                self._store.know_file(event.file)
                for path, known in self._identities.items():
                    if known.path == event.file.path:
                        self._identities[path] = event.file
                self._pairs = None
                self._count_anew()
            case PairFailed():
                self._store.set_error(event.pair_id, event.sentence)
                self._read_again(event.pair_id)
            case Answered():
                self._store.save_answer(event.pair_id, event.role, event.answer, event.engine)
                self._settle_identical(self._read_again(event.pair_id))
            case _:
                pass

    def _settle_identical(self, pair: VotePair) -> None:
        one, other = pair.reference_answer, pair.candidate_answer
        if pair.state is not PairState.READY or one is None or other is None:
            return
        if are_identical(one.text, other.text):
            self._cast(pair, Choice.IDENTICAL)

    # --- voting ---------------------------------------------------------------------------

    def waiting(self, paths: Iterable[str]) -> Waiting:
        """How many pairs among these files there are to vote on, and how many are not ready."""
        pairs = self._open(paths)
        states = Counter(pair.state for pair in pairs)
        sentences = [pair.error for pair in pairs if pair.error is not None]
        return Waiting(
            states[PairState.READY],
            states[PairState.WAITING],
            states[PairState.FAILED],
            sentences[-1] if sentences else "",
        )

    def next_pair(self, paths: Iterable[str]) -> ShownPair | None:
        """The oldest pair among these files that can be voted on, without what must be hidden."""
        for pair in self._open(paths):
            one, other = pair.reference_answer, pair.candidate_answer
            if pair.state is PairState.READY and one is not None and other is not None:
                left, right = (other, one) if pair.candidate_left else (one, other)
                return ShownPair(pair.id, pair.prompt, left.text, right.text)
        return None

    def cast(self, pair_id: int, choice: Choice) -> VotePair:
        """Store a vote; returns the pair with everything.

        Raises:
            KeyError: There is no such pair.
            ValueError: It cannot be voted on.
            StoreFailed: It cannot be stored; it can be cast again.
        """
        pair = self._store.pair(pair_id)
        if pair.state is not PairState.READY or choice is Choice.IDENTICAL:
            raise ValueError(f"pair {pair_id} is {pair.state.value}")
        return self._cast(pair, choice)

    def _cast(self, pair: VotePair, choice: Choice) -> VotePair:
        self._store.cast(pair.id, choice)
        self._count_anew()
        return self._read_again(pair.id)

    def take_back(self, pair: VotePair) -> None:
        """Undo a vote. It is kept, flagged; its pair is not shown again, since its sides are known.

        Raises:
            StoreFailed: It cannot be stored; the vote stands.
        """
        if pair.vote is not None:
            self._store.undo(pair.vote.id)
            self._count_anew()

    # --- counting -------------------------------------------------------------------------

    def standing(self, candidate: str, reference: str) -> Standing:
        """What is known of a candidate against a reference, whichever was which in a vote."""
        if (candidate, reference) in self._standings:
            return self._standings[candidate, reference]
        outcomes: list[Outcome] = []
        taken_back = 0
        files = (self._content(candidate), self._content(reference))
        for ballot, outcome in ballots_between(self._all_ballots(), *files):
            if ballot.undone_ns is None:
                outcomes.append(outcome)
            else:
                taken_back += 1
        found = Standing(tally(outcomes), tuple(band(outcomes)), taken_back)
        self._standings[candidate, reference] = found
        return found

    def rates(self, reference: str, candidates: Iterable[str]) -> dict[str, WinRate]:
        """Win rates against a reference, by candidate; for ``ladder_verdict.assess``.

        Candidates without a vote that prefers one are left out: they would be one more test.
        """
        tallies = {path: self.standing(path, reference).tally for path in candidates}
        return {path: found.rate for path, found in tallies.items() if found.decided}

    def _all_ballots(self) -> list[Ballot]:
        if self._ballots is None:
            self._ballots = self._store.ballots()
        return self._ballots

    def _count_anew(self) -> None:
        self._ballots = None
        self._standings.clear()

    def _open(self, paths: Iterable[str]) -> list[VotePair]:
        """Open pairs of which both files are among these, the oldest first."""
        if self._pairs is None:
            self._pairs = {pair.id: pair for pair in self._store.open_pairs()}
        contents = {self._content(path) for path in paths}
        return [
            pair
            for pair in self._pairs.values()
            if all(pair.file(role).content in contents for role in Role)
        ]

    def _read_again(self, pair_id: int) -> VotePair:
        """A pair as it is stored now."""
        pair = self._store.pair(pair_id)
        if self._pairs is not None:
            if pair.state in (PairState.VOTED, PairState.RETIRED):
                self._pairs.pop(pair_id, None)
            else:
                self._pairs[pair_id] = pair
        return pair
