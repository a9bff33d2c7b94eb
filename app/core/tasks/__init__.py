"""Questions with checkable answers, and what a candidate loses at them.

``items``     the questions: JSON lines, bundled or the person's own
``scoring``   whether an answer is right, by the item's own check
``results``   flips against the reference, kind by kind, with tests, intervals and a verdict

Who asks: render ``item.prompt`` as one user message, greedily, thinking set alike for all
candidates; take the thinking off the answer (``app.core.chats.thinking``); hand the rest to
``judge``, with whether the tokens ran out; keep one ``Outcome`` for each item's key; hand all of
them to ``compare_tasks``. All of this is pure and may be called from any thread.
"""
