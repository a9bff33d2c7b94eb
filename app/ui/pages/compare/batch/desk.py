"""What stands behind the window *Many prompts*: a job that asks, the history, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.batch.prompts import read_prompts
from app.core.errors import PersonError
from app.core.text.clean import as_file_stem
from app.core.words.sentence import say
from app.lab.batch.export import csv_text, json_lines, rows, write
from app.lab.batch.kept import BatchKeeper, batch_of, kept_batch
from app.lab.batch.run import BatchPlan, BatchResult, run_batch
from app.lab.beside.places import KeptPasses
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.history.facts import called
from app.lab.models.named import text_in
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count
from app.store.database import open_beside
from app.store.history.measured import MeasuredStore
from app.store.tolerant import NotReadable
from app.ui.kit.words.sentences import sentence, told
from app.ui.kit.words.text import translate
from app.ui.pages.compare.batch.window import Asked, BatchWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from app.core.batch.prompts import BatchPrompt
    from app.core.candidates.candidate import Candidate
    from app.core.chats.chat import Chat
    from app.lab.batch.kept import KeptBatch
    from app.store.paths import Paths
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Job, JobContext, Jobs


class BatchDesk:
    """Main thread only.

    Args:
        page: Over which the window opens.
        jobs: The door to background work.
        files: Asks for files.
        paths: This program's folders.
        chat: The open chat: its settings hold for what is asked.
        whom: Whom the open chat asks, and what they are called.

    Attributes:
        window: Made once, opened again and again.
        paths: This program's folders.
    """

    def __init__(
        self,
        page: QWidget,
        jobs: Jobs,
        files: FileDialogs,
        paths: Paths,
        chat: Callable[[], Chat],
        whom: Callable[[], Mapping[Candidate, str]],
    ) -> None:
        self._jobs, self._files, self.paths = jobs, files, paths
        self._chat, self._whom = chat, whom
        self._job: Job[BatchResult] | None = None
        self._plan: BatchPlan | None = None
        self._result = BatchResult(())
        self._asked = Asked()
        self.window = BatchWindow(page)
        self.window.file_wanted.connect(self._take_file)
        self.window.asked.connect(self._ask)
        self.window.stop_wanted.connect(self._stop)
        self.window.save_wanted.connect(self._save)

    @property
    def runs(self) -> bool:
        """Whether something is asked."""
        return self._job is not None

    def open(self) -> None:
        """Show the window."""
        self.follow()
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def show_kept(self, number: int) -> None:
        """Show a batch of the history: to be read, written, asked anew."""
        if self.runs:
            self.open()
            return

        def read() -> tuple[KeptBatch, BatchResult]:
            with closing(open_beside(self.paths.database)) as store:
                try:
                    kept, result, _ = batch_of(MeasuredStore(store).batch(number))
                except (KeyError, NotReadable) as error:
                    raise PersonError(say("lab.not_readable_entry"), repr(error)) from error
            return kept, result

        def failed(error: PersonError) -> None:
            self.open()
            self._refuse(error)

        self._jobs.run(
            lambda _context: read(), done=lambda found: self._show(*found), failed=failed
        )

    def _show(self, kept: KeptBatch, result: BatchResult) -> None:
        if self.runs:
            return
        self._plan, self._result = kept.plan, result
        self._asked = Asked(kept.candidates, tuple(map(called, kept.candidates)))
        name = Path(kept.name).name or translate("Batch", "the history")
        self.window.show_whom(self._asked)
        self.window.take_prompts(kept.prompts, name)
        self.window.begin(kept.prompts)
        done = sum(map(len, result.answers.values()))
        self.window.follow(result, done, "")
        self.window.finish(translate("Batch", "So it was answered; it stands in the history."))
        self.open()

    def follow(self) -> None:
        """Others are open in Compare than before, or asked in another manner."""
        if not self.runs:
            self.window.show_whom(self._whom_now())

    def close(self) -> None:
        """Ask nothing more; the program ends."""
        if self._job is not None:
            self._job.cancel()
        self.window.close()

    def _whom_now(self) -> Asked:
        whom = self._whom()
        return Asked(tuple(whom), tuple(whom.values()))

    def _take_file(self) -> None:
        kinds = translate("Batch", "Prompts (*.txt *.csv *.tsv *.jsonl *.ndjson)")
        path = self._files.one(translate("Batch", "Prompts from a file"), kinds)
        if path is None:
            return

        def take(prompts: Sequence[BatchPrompt]) -> None:
            self.window.say("")
            self.window.take_prompts(prompts, path.name)

        self._jobs.run(
            lambda _context: read_prompts(text_in(path), path.name), done=take, failed=self._refuse
        )

    def _ask(self, prompts: Sequence[BatchPrompt]) -> None:
        chat, self._asked = self._chat(), self._whom_now()
        if self.runs or not self._asked.candidates:
            return
        plan = BatchPlan(prompts, chat.system_prompt, chat.sampling, physical_core_count())
        self._plan, self._result = plan, BatchResult(self._asked.candidates)
        self.window.show_whom(self._asked)
        self.window.begin(prompts)
        name = self.window.name
        self._job = self._jobs.run(
            lambda context: self._run(plan, name, context),
            done=self._done,
            failed=self._failed,
            progress=self._follow,
        )

    def _run(self, plan: BatchPlan, name: str, context: JobContext) -> BatchResult:
        """In a job: ask all, and keep what is answered in the history."""
        result = self._result
        with (
            closing(open_beside(self.paths.database)) as store,
            interruptible(context.check),
        ):
            kept = kept_batch(result.candidates, plan, name)
            keeper = BatchKeeper(MeasuredStore(store), kept, context.report)

            def note(done: int, candidate: Candidate) -> None:
                keeper.follow(result)
                context.report((done, candidate))
                context.check()

            room = EngineRoom.of_this_pc(self.paths)
            passes = KeptPasses(self.paths.cache, self.paths.state)
            run_batch(result.candidates, plan, room, open_model_file, result, note, passes)
            keeper.finish(result)
        return result

    def _follow(self, progress: tuple[int, Candidate] | str) -> None:
        if isinstance(progress, str):
            self.window.say(progress)
            return
        done, candidate = progress
        self.window.follow(self._result, done, self._called(candidate))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._end(translate("Batch", "Stopped. What was answered is here and in the history."))

    def _done(self, result: BatchResult) -> None:
        self.window.model.follow(result)
        wrong = sum(bool(answer.error) for each in result.answers.values() for answer in each)
        if wrong:
            self._end(told(say("counted.answers_failed", n=wrong)), failed=True)
        else:
            self._end(translate("Batch", "All prompts are answered; they stand in the history."))

    def _failed(self, error: PersonError) -> None:
        self._end(sentence(error), failed=True)

    def _refuse(self, error: PersonError) -> None:
        self.window.say(sentence(error), failed=True)

    def _end(self, words: str, *, failed: bool = False) -> None:
        self._job = None
        self.window.finish(words, failed=failed)
        self.follow()

    def _called(self, candidate: Candidate) -> str:
        at = list(self._asked.candidates).index(candidate)
        return self._asked.names[at]

    def _save(self) -> None:
        if self._plan is None:
            return
        plan, result = self._plan, self._result
        name = as_file_stem(Path(self.window.name).stem) or translate("Batch", "Answers")
        target = self._files.target(
            translate("Batch", "Save the answers"), f"{name}.csv", (".jsonl",)
        )
        if target is None:
            return

        def work() -> None:
            if target.suffix.lower() == ".csv":
                text = csv_text(plan, result, self._called)
            else:
                text = json_lines(rows(plan, result, self._called))
            for error in write({target: text}):
                raise error

        self._jobs.run(
            lambda _context: work(),
            done=lambda _: self.window.say(
                translate("Batch", "Written: {name}").format(name=target.name)
            ),
            failed=self._refuse,
        )
