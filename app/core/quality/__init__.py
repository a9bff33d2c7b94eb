"""What a candidate loses against its reference, position by position.

``positions``   two full rows of logits compared: KL divergence, same top token, ln p
``comparable``  the same by llama-perplexity's own rounding and cut
``compact``     the reference's distributions in about 2 kB a position, and scoring against them
``histogram``   counts of KL divergences in fixed bins
``summary``     the figures of a whole text, with standard errors over chunks
``apart``       where a candidate and its reference say something else
``common``      how much of the text all rows of a table can be told of

A *position* is a place in the text whose next token is known; a *chunk* is a run of text that is
evaluated from an empty context. The engine that holds the logits calls ``positions``,
``comparable`` or ``compact`` for one chunk at a time and sends a ``PositionScores`` of it; whoever
drives it keeps these, asks ``app.core.statistics.looks`` when to stop, and calls ``summary``.
All of this is pure, needs numpy, and may be called from any thread.
"""
