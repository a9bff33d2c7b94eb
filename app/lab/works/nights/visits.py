"""A night while it runs: each file comes, is measured and goes again, within room and time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import DiskTrouble, PersonError
from app.core.ladder.night import REFERENCE_BYTES, Keep, NightFile, NightNotes, Visited
from app.core.words.sentence import English, Sentence, say, size, wait, worded
from app.hub.errors import DiskFull, DownloadGivenUp, HubTrouble
from app.lab.ladder.kept import note_night
from app.lab.ladder.visits import HourCome
from app.lab.works.nights.hour import hour_of
from app.lab.works.nights.rate import ArrivalRate
from app.monitor.disturbance import asleep_ns

if TYPE_CHECKING:
    from app.core.ladder.night import Night, Schedule
    from app.hub.progress import Progress
    from app.lab.ladder.pace import FileSizes
    from app.lab.ladder.plan import Step
    from app.lab.ladder.progress import Clock, LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.lab.works.nights.files import NightFiles
    from app.lab.works.nights.hour import HourGate

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 600.0
"""How long the Hub, or room on the disk, is waited for before it is tried again; doubled."""
Tell = Callable[[float], None]


class _LeftOut(Exception):
    """A file is not measured this night; its argument says why."""


class NightVisits:
    """Those of one night; see ``app.lab.ladder.visits.Visits``. One thread.

    Args:
        night: What it may do.
        reference: Key of what the others are measured against.
        schedule: How it goes within its room.
        files: Brings and removes.
        gate: The person's, and the hour's.
        choose: Which candidate is best by what is measured so far; None where nothing says.
        asleep: How long the PC has slept so far, in ns.
    """

    def __init__(
        self,
        night: Night,
        reference: str,
        schedule: Schedule,
        files: NightFiles,
        gate: HourGate,
        choose: Callable[[LadderResult], str | None],
        asleep: Callable[[], int | None] = asleep_ns,
    ) -> None:
        self._night = night
        self._reference = reference
        self._schedule = schedule
        self._files = files
        self._gate = gate
        self._choose = choose
        self._asleep = asleep
        self._sizes = files.sizes
        self._missing: list[Step] = []
        self._notes = NightNotes({})
        self._slept_before_ns = 0
        self._awake_since_ns: int | None = None
        self._best: str | None = None
        self._doing: Sentence | None = None
        self._then: Sentence | None = None
        self._result: LadderResult
        self._keep_notes: Callable[[NightNotes], None]

    @property
    def sizes(self) -> Mapping[str, FileSizes]:
        """See ``Visits``."""
        return self._sizes

    def begin(
        self,
        result: LadderResult,
        missing: Sequence[Step],
        notes: NightNotes | None,
        keep: Callable[[NightNotes], None],
    ) -> None:
        """See ``Visits``."""
        self._result, self._keep_notes, self._missing = result, keep, list(missing)
        known, here = notes or NightNotes({}), self._night.here
        levels = {} if here is None else {here.key: here.level}
        levels |= {key: file.level for key, file in self._night.files.items()}
        files = {
            key: msgspec.structs.replace(
                known.files.get(key, Visited(level)), left=self._no_room(key)
            )
            for key, level in levels.items()
        }
        eyes = {
            path: known.eyes.get(path, Visited(each.level))
            for path, each in self._night.eyes.items()
        }
        self._notes = msgspec.structs.replace(
            known, files=files, eyes=eyes, is_late=False, until_ns=self._night.until_ns, remarks=()
        )
        self._slept_before_ns, self._awake_since_ns = known.asleep_ns, self._asleep()
        self._note()

    def enter(self, step: Step, clock: Clock, tell: Tell) -> bool:
        """See ``Visits``."""
        key = step.files[0]
        self._tidy()
        if self._notes.files[key].left is not None:
            return False
        if key != self._reference and self._steps_of(self._reference):
            self._leave_out(key, worded("night.no_reference"))
            return False
        self._gate.armed = True
        try:
            self._check_time(step, clock)
            for wanted in (*self._night.eyes, key):
                if not self._files.is_here(wanted):
                    self._bring(wanted, tell)
            self._then = self._next(key)
        except HourCome:
            self.late(step)
            return False
        except _LeftOut as left:
            self._leave_out(key, English(left.args[0]))
            return False
        finally:
            self._doing = None
        return True

    def leave(self, step: Step) -> None:
        """See ``Visits``."""
        self._gate.armed = False
        self._missing.remove(step)
        if not self._steps_of(step.files[0]):
            self._best = self._choose(self._result) if self._keeps_winner else None
        self._note()

    def wait(self, trouble: Sentence, tries: int, tell: Tell) -> None:
        """See ``Visits``."""
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(tries, 10), LONGEST_PAUSE_S)
        try:
            self._wait(trouble, "full_ns", pause_s, tell)
        finally:
            self._doing = None

    def late(self, step: Step) -> None:
        """See ``Visits``."""
        self._gate.armed = False
        self._leave_out(step.files[0], worded("night.late", hour=hour_of(self._night.until_ns)))
        self._notes = msgspec.structs.replace(self._notes, is_late=True)
        self._note()

    def end(self, tell: Tell) -> bool:
        """See ``Visits``."""
        self._gate.armed = False
        self._missing = []
        winner = self._choose(self._result) if self._keeps_winner else None
        self._best = winner
        if winner in self._night.files and self._notes.files[winner].left is None:
            self._bring_again(winner, tell)
        self._tidy()
        winner = self._best if self._best in self._night.files else None
        self._notes = msgspec.structs.replace(self._notes, winner=winner)
        self._note()
        for key, visited in self._visited.items():
            if visited.is_begun and not visited.is_deleted:
                self._files.release(key)
        note_night(self._result, self._notes)
        if not self._notes.is_late:
            self._files.forget()
        return not self._notes.is_late

    def told(self, progress: LadderProgress) -> LadderProgress:
        """See ``Visits``."""
        left, rate = progress.seconds_left, self._notes.bytes_per_second
        if left is not None and rate:
            to_come = (*self._night.eyes, *self._keys_to_come())
            left += sum(map(self._bytes_to_come, to_come)) / rate
        return replace(progress, doing=self._doing, then=self._then, seconds_left=left)

    # --- room and time --------------------------------------------------------------------

    @property
    def _keeps_winner(self) -> bool:
        return self._night.keep is Keep.WINNER

    @property
    def _visited(self) -> dict[str, Visited]:
        """What has become of files and projectors so far."""
        return self._notes.files | self._notes.eyes

    def _steps_of(self, key: str) -> list[Step]:
        """What is not measured yet of a file."""
        return [step for step in self._missing if step.files[0] == key]

    def _keys_to_come(self) -> list[str]:
        """Files that are still to be measured, in their order."""
        keys = dict.fromkeys(step.files[0] for step in self._missing)
        return [key for key in keys if self._notes.files[key].left is None]

    def _no_room(self, key: str) -> English | None:
        if key not in self._schedule.too_large:
            return None
        file = self._night.files[key]
        needed, most = file.new_bytes + self._night.beside_bytes, self._night.most_bytes
        return worded("night.too_large", needed=size(needed), most=size(most))

    def _bytes_to_come(self, key: str) -> int:
        return 0 if self._files.is_here(key) else self._night.coming[key].new_bytes

    def _check_time(self, step: Step, clock: Clock) -> None:
        """Raise ``HourCome`` where what begins now, a step or a whole file, would not end by it."""
        self._gate.check()
        key, rate = step.files[0], self._notes.bytes_per_second
        to_come = sum(map(self._bytes_to_come, (*self._night.eyes, key)))
        begun = self._files.is_here(key)
        steps = [step] if begun else self._steps_of(key)
        seconds = sum(map(clock.seconds, steps)) + (to_come / rate if rate else 0.0)
        if seconds > self._gate.left_s:
            raise HourCome

    def _make_room(self, key: str) -> None:
        """Remove what may go until a file has room within the night's own."""
        file, most = self._night.coming[key], self._night.most_bytes
        while self._files.taken_bytes(beside=key) + file.new_bytes + REFERENCE_BYTES > most:
            if not self._evict(key):
                raise _LeftOut(worded("night.no_room_left", most=size(most)))

    def _evict(self, wanting: str) -> bool:
        """Remove one file that is not needed any more, or can come again; whether one went."""
        read = not self._schedule.stays and not self._steps_of(self._reference)
        order = [self._reference] if read else []
        order += [self._best] if self._best in self._night.files else []
        there = [key for key in order if key != wanting and self._present(key)]
        return any(map(self._remove, there))

    def _tidy(self) -> None:
        """Remove the files that nothing is measured of any more, as far as they are to go."""
        to_come, best_file = self._keys_to_come(), self._night.files.get(self._best or "")
        all_of_them = (self._reference, *self._night.eyes)
        bests = (self._best, best_file.eyes) if best_file is not None else ()
        for key, visited in self._visited.items():
            needed = key in to_come or (key in all_of_them and bool(to_come))
            wanted = self._night.keep is Keep.ALL and visited.left is None
            best = self._keeps_winner and key in bests
            if visited.is_begun and not visited.is_deleted and not (needed or wanted or best):
                self._remove(key)

    def _remove(self, key: str) -> bool:
        try:
            if visited_gone := self._files.remove(key):
                self._change(key, is_deleted=True)
        except PersonError as error:  # another program has it open, say
            self._remark(worded("night.not_removed", reason=error.said))
            return False
        return visited_gone

    # --- bringing -------------------------------------------------------------------------

    def _bring(self, key: str, tell: Tell) -> None:
        """Bring a file, however often the network or the disk fails."""
        file, pause_s, rate = self._night.coming[key], FIRST_PAUSE_S, ArrivalRate()
        self._make_room(key)
        while True:
            before = self._present(key)
            try:
                self._fetch(key, rate, tell)
            except DiskFull as full:
                if self._evict(key):
                    continue
                trouble, waited = say("night.disk_full", needed=size(full.needed_bytes)), "full_ns"
            except DiskTrouble as error:
                trouble, waited = error.said, "full_ns"
            except (HubTrouble, DownloadGivenUp) as gone:
                trouble, waited = say("night.offline", reason=gone.said), "offline_ns"
            except PersonError as error:
                if key in (self._reference, *self._night.eyes):
                    raise
                raise _LeftOut(error.sentence) from error
            else:
                break
            if self._present(key) > before:
                pause_s = FIRST_PAUSE_S
            self._wait(trouble, waited, pause_s, tell)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        known = rate.bytes_per_second or self._notes.bytes_per_second
        self._notes = msgspec.structs.replace(self._notes, bytes_per_second=known)
        self._change(key, came_bytes=file.new_bytes)

    def _fetch(self, key: str, rate: ArrivalRate, tell: Tell) -> None:
        file = self._night.coming[key]

        def hear(now: Progress) -> None:
            rate.hear(now)
            self._tell_coming(file, now, tell)

        self._files.claim(key)
        self._change(key, is_begun=True, is_deleted=False)  # lasts before the first byte comes
        if key in self._night.files:
            self._then = say("night.then_measured", level=file.level)
        try:
            self._files.fetch(key, self._gate, hear)
        finally:
            rate.pause()

    def _bring_again(self, key: str, tell: Tell) -> None:
        """Have the winner here at the end, if it had to make room on the way."""
        if self._files.is_here(key):
            return
        stay = (key, self._night.files[key].eyes)
        for other, visited in self._visited.items():
            if other not in stay and visited.is_begun and not visited.is_deleted:
                self._remove(other)
        self._gate.armed = True
        try:
            self._bring(key, tell)
        except (HourCome, _LeftOut, PersonError):
            self._best = None
            self._remark(worded("night.winner_gone", level=self._night.files[key].level))
        finally:
            self._gate.armed, self._doing, self._then = False, None, None

    def _present(self, key: str) -> int:
        return self._files.taken_bytes() - self._files.taken_bytes(beside=key)

    def _tell_coming(self, file: NightFile, now: Progress, tell: Tell) -> None:
        done, total = size(now.done_bytes), size(now.total_bytes)
        self._doing = say("night.coming", level=file.level, done=done, total=total)
        if now.remark is not None:
            self._doing = say("night.coming_again", level=file.level, reason=now.remark)
        tell(0.0)

    def _wait(self, trouble: Sentence, waited: str, seconds: float, tell: Tell) -> None:
        self._doing = say("night.waits", trouble=trouble, wait=wait(seconds))
        tell(0.0)
        begin_ns = time.monotonic_ns()
        try:
            self._gate.sleep(seconds)
        finally:
            spent_ns = getattr(self._notes, waited) + time.monotonic_ns() - begin_ns
            self._notes = msgspec.structs.replace(self._notes, **{waited: spent_ns})
            self._note()

    # --- notes ----------------------------------------------------------------------------

    def _next(self, key: str) -> Sentence:
        """What comes once all of a file is measured."""
        others = [other for other in self._keys_to_come() if other != key]
        if not others:
            return say("night.then_over")
        file = self._night.files[others[0]]
        if self._files.is_here(others[0]):
            return say("night.then_here", level=file.level)
        to_come = size(file.new_bytes)
        if self._night.keep is Keep.NONE and key != self._reference:
            gone = self._night.files[key].level
            return say("night.then_goes", gone=gone, level=file.level, size=to_come)
        return say("night.then_comes", level=file.level, size=to_come)

    def _leave_out(self, key: str, why: English) -> None:
        self._change(key, left=why)

    def _remark(self, said: English) -> None:
        if said not in self._notes.remarks:
            self._notes = msgspec.structs.replace(self._notes, remarks=(*self._notes.remarks, said))

    def _change(self, key: str, **fields: object) -> None:
        visited = {key: msgspec.structs.replace(self._visited[key], **fields)}
        if key in self._notes.eyes:
            eyes = self._notes.eyes | visited
            self._notes = msgspec.structs.replace(self._notes, eyes=eyes)
        else:
            files = self._notes.files | visited
            self._notes = msgspec.structs.replace(self._notes, files=files)
        self._note()

    def _note(self) -> None:
        """Keep the notes, with how long the PC slept."""
        now, begin = self._asleep(), self._awake_since_ns
        slept = 0 if now is None or begin is None else max(0, now - begin)
        self._notes = msgspec.structs.replace(self._notes, asleep_ns=self._slept_before_ns + slept)
        self._keep_notes(self._notes)
