"""The database's tables, as the steps that made them; a step that was released never changes."""

from __future__ import annotations

# Marks the file as this program's, for `file` and for a look at a file that is not.
APPLICATION_ID = 0x53687273  # "Shrs"

_VERSION_1 = (
    # AUTOINCREMENT: the settings remember a chat's id, which must not come to mean another chat.
    """
    CREATE TABLE chat (
        id            INTEGER PRIMARY KEY AUTOINCREMENT,
        title         TEXT    NOT NULL,
        created_ns    INTEGER NOT NULL,
        changed_ns    INTEGER NOT NULL,
        candidates    TEXT    NOT NULL,
        reference_key TEXT,
        system_prompt TEXT    NOT NULL,
        sampling      TEXT    NOT NULL,
        mode          TEXT    NOT NULL,
        dropped_turns TEXT    NOT NULL
    )
    """,
    """
    CREATE TABLE turn (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id    INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
        prompt     TEXT    NOT NULL,
        created_ns INTEGER NOT NULL,
        retired_ns INTEGER
    )
    """,
    "CREATE INDEX turn_shown ON turn (chat_id, id) WHERE retired_ns IS NULL",
    "CREATE INDEX turn_chat ON turn (chat_id)",
    # The row number keeps the order in which the candidates were asked.
    """
    CREATE TABLE answer (
        id          INTEGER PRIMARY KEY,
        turn_id     INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
        key         TEXT    NOT NULL,
        stop_reason TEXT,
        error       TEXT,
        figures     TEXT,
        thinking    TEXT    NOT NULL,
        text        TEXT    NOT NULL,
        UNIQUE (turn_id, key)
    )
    """,
)

_VERSION_2 = (
    # The contents lie in Hugging Face's cache, finished or not; this is what the person wants.
    """
    CREATE TABLE download (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        endpoint    TEXT    NOT NULL,
        repo_id     TEXT    NOT NULL,
        commit_hash TEXT    NOT NULL,
        revision    TEXT    NOT NULL,
        name        TEXT    NOT NULL,
        level       TEXT,
        files       TEXT    NOT NULL,
        state       TEXT    NOT NULL,
        position    INTEGER NOT NULL,
        done_bytes  INTEGER NOT NULL,
        error       TEXT    NOT NULL,
        path        TEXT    NOT NULL
    )
    """,
)

_VERSION_3 = (
    # Downloads that are compared once all of a row are there: [[number, path or ""], ...].
    """
    CREATE TABLE comparison (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        downloads TEXT    NOT NULL
    )
    """,
)

_VERSION_4 = (
    # Ladders: what is measured, and each step's result as soon as it is there. The key names files
    # and settings, so that the same words find what they left unfinished.
    """
    CREATE TABLE ladder (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        key         TEXT    NOT NULL,
        plan        TEXT    NOT NULL,
        created_ns  INTEGER NOT NULL,
        finished_ns INTEGER
    )
    """,
    "CREATE INDEX ladder_open ON ladder (key) WHERE finished_ns IS NULL",
    """
    CREATE TABLE ladder_step (
        ladder_id  INTEGER NOT NULL REFERENCES ladder (id) ON DELETE CASCADE,
        name       TEXT    NOT NULL,
        result     TEXT    NOT NULL,
        elapsed_ns INTEGER NOT NULL,
        PRIMARY KEY (ladder_id, name)
    )
    """,
)

_VERSION_5 = (
    # Blind votes: files as they were when they answered, pairs of answers, what was chosen. A vote
    # that was taken back stays, flagged.
    """
    CREATE TABLE blind_file (
        id          INTEGER PRIMARY KEY,
        path        TEXT    NOT NULL,
        level       TEXT    NOT NULL,
        file_bytes  INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        sha256      TEXT    NOT NULL,
        UNIQUE (path, file_bytes, modified_ns)
    )
    """,
    """
    CREATE TABLE blind_pair (
        id               INTEGER PRIMARY KEY AUTOINCREMENT,
        prompt           TEXT    NOT NULL,
        reference_id     INTEGER NOT NULL REFERENCES blind_file (id),
        candidate_id     INTEGER NOT NULL REFERENCES blind_file (id),
        settings         TEXT    NOT NULL,
        seed             INTEGER NOT NULL,
        number           INTEGER NOT NULL,
        candidate_left   INTEGER NOT NULL,
        engine           TEXT    NOT NULL,
        reference_answer TEXT,
        candidate_answer TEXT,
        error            TEXT,
        created_ns       INTEGER NOT NULL,
        retired_ns       INTEGER
    )
    """,
    """
    CREATE TABLE blind_vote (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        pair_id   INTEGER NOT NULL REFERENCES blind_pair (id),
        choice    TEXT    NOT NULL,
        cast_ns   INTEGER NOT NULL,
        undone_ns INTEGER
    )
    """,
    "CREATE INDEX blind_vote_pair ON blind_vote (pair_id)",
    "CREATE UNIQUE INDEX blind_vote_stands ON blind_vote (pair_id) WHERE undone_ns IS NULL",
)

_VERSION_6 = (
    # What a new answer took the place of, oldest first, and which turn an edit put in another
    # one's place: nothing that a person has read is gone.
    """
    CREATE TABLE earlier_answer (
        turn_id     INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
        key         TEXT    NOT NULL,
        place       INTEGER NOT NULL,
        stop_reason TEXT,
        error       TEXT,
        figures     TEXT,
        thinking    TEXT    NOT NULL,
        text        TEXT    NOT NULL,
        PRIMARY KEY (turn_id, key, place)
    )
    """,
    "ALTER TABLE turn ADD COLUMN retired_by INTEGER",
    "CREATE INDEX turn_replaced ON turn (retired_by) WHERE retired_by IS NOT NULL",
)

_VERSION_7 = (
    # One queue for all works: what is wanted and how far it has come, as each kind writes it.
    # Downloads move there; a comparison still knows them by their numbers.
    """
    CREATE TABLE work (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        kind     TEXT    NOT NULL,
        what     TEXT    NOT NULL,
        state    TEXT    NOT NULL,
        position INTEGER NOT NULL,
        so_far   TEXT    NOT NULL,
        error    TEXT    NOT NULL
    )
    """,
    "INSERT INTO sqlite_sequence SELECT 'work', seq FROM sqlite_sequence WHERE name = 'download'",
    """
    INSERT INTO work
    SELECT
        id,
        'download',
        json_object(
            'endpoint', endpoint, 'repo_id', repo_id, 'commit', commit_hash,
            'revision', revision, 'name', name, 'level', level,
            'files', (
                SELECT json_group_array(
                    json_object(
                        'name', json_extract(value, '$[0]'),
                        'size_bytes', json_extract(value, '$[1]'),
                        'sha256', json_extract(value, '$[2]')
                    )
                )
                FROM json_each(files) WHERE type = 'array'
            )
        ),
        CASE state WHEN 'queued' THEN 'waiting' ELSE state END,
        position,
        json_object('done_bytes', done_bytes, 'path', path),
        error
    FROM download WHERE json_valid(files)
    """,
    "DROP TABLE download",
)

_VERSION_8 = (
    # Votes are on candidates: what a file ran with, as JSON; NULL where nothing was set, as it was
    # with every vote so far.
    "ALTER TABLE blind_pair ADD COLUMN reference_settings TEXT",
    "ALTER TABLE blind_pair ADD COLUMN candidate_settings TEXT",
)

_VERSION_9 = (
    # What was shown with a message, as JSON; NULL where nothing was.
    "ALTER TABLE turn ADD COLUMN pictures TEXT",
)


def _entries(kind: str, table: str, when: str, condition: str = "TRUE") -> tuple[str, ...]:
    """What makes entries of the rows of a table, now and whenever they come, change or go.

    Args:
        kind: Of the entries.
        table: Has their rows.
        when: Of a row, as SQL; ``{row}`` stands before its columns.
        condition: Which rows have an entry.
    """

    def of(row: str, sql: str) -> str:
        return sql.format(row=row) if "{row}" in sql else row + sql

    def insert(row: str) -> str:
        return (
            "INSERT INTO entry (kind, number, when_ns, revision) "
            f"SELECT '{kind}', {row}id, {of(row, when)}, random()"
        )

    new = condition.format(row="NEW.")
    mine = f"kind = '{kind}' AND number ="
    return (
        f"{insert('')} FROM {table} WHERE {condition.format(row='')} ORDER BY id",
        f"CREATE TRIGGER entry_of_{table} AFTER INSERT ON {table} WHEN {new} "
        f"BEGIN {insert('NEW.')}; END",
        f"CREATE TRIGGER entry_of_changed_{table} AFTER UPDATE ON {table} BEGIN "
        f"UPDATE entry SET when_ns = {of('NEW.', when)}, revision = random() "
        f"WHERE {mine} NEW.id; "
        f"DELETE FROM entry WHERE {mine} NEW.id AND NOT ({new}); END",
        f"CREATE TRIGGER entry_of_gone_{table} AFTER DELETE ON {table} BEGIN "
        f"DELETE FROM entry WHERE {mine} OLD.id; END",
    )


def _changes(table: str, event: str, kind: str, number: str) -> str:
    """What notes that a part of what an entry tells of came or changed."""
    return (
        f"CREATE TRIGGER entry_of_{table}_{event.lower()} AFTER {event} ON {table} BEGIN "
        f"UPDATE entry SET revision = random() WHERE kind = '{kind}' AND number = NEW.{number}; END"
    )


def _changes_of_answer(event: str) -> str:
    return (
        f"CREATE TRIGGER entry_of_answer_{event.lower()} AFTER {event} ON answer BEGIN "
        "UPDATE entry SET revision = random() WHERE kind = 'chat' "
        "AND number = (SELECT chat_id FROM turn WHERE id = NEW.turn_id); END"
    )


_VERSION_10 = (
    # Speeds and batches of prompts, which were only printed until now.
    """
    CREATE TABLE bench (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        result     TEXT    NOT NULL,
        created_ns INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE batch (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        plan        TEXT    NOT NULL,
        taken       TEXT    NOT NULL,
        created_ns  INTEGER NOT NULL,
        finished_ns INTEGER
    )
    """,
    """
    CREATE TABLE batch_answer (
        batch_id  INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
        candidate INTEGER NOT NULL,
        prompt    INTEGER NOT NULL,
        answer    TEXT    NOT NULL,
        PRIMARY KEY (batch_id, candidate, prompt)
    )
    """,
    # The history: one entry for each chat, ladder, bench, batch and vote, kept in step by the
    # triggers below. The revision is drawn anew whenever what an entry tells of changes, so that
    # whoever has read it can tell; what is deleted is only marked for a while.
    "CREATE TABLE folder (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE entry (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        kind       TEXT    NOT NULL,
        number     INTEGER NOT NULL,
        when_ns    INTEGER NOT NULL,
        revision   INTEGER NOT NULL,
        pinned_ns  INTEGER,
        folder_id  INTEGER REFERENCES folder (id) ON DELETE SET NULL,
        deleted_ns INTEGER,
        UNIQUE (kind, number)
    )
    """,
    "CREATE INDEX entry_newest ON entry (when_ns)",
    "CREATE INDEX entry_folder ON entry (folder_id) WHERE folder_id IS NOT NULL",
    "CREATE INDEX entry_deleted ON entry (kind, number) WHERE deleted_ns IS NOT NULL",
    *_entries("chat", "chat", "changed_ns"),
    *_entries("ladder", "ladder", "coalesce({row}finished_ns, {row}created_ns)"),
    *_entries("bench", "bench", "created_ns"),
    *_entries("batch", "batch", "coalesce({row}finished_ns, {row}created_ns)"),
    *_entries("vote", "blind_vote", "cast_ns", "{row}undone_ns IS NULL"),
    _changes("turn", "INSERT", "chat", "chat_id"),
    _changes("turn", "UPDATE", "chat", "chat_id"),
    _changes_of_answer("INSERT"),
    _changes_of_answer("UPDATE"),
    _changes("ladder_step", "INSERT", "ladder", "ladder_id"),
    _changes("batch_answer", "INSERT", "batch", "batch_id"),
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _VERSION_1,
    _VERSION_2,
    _VERSION_3,
    _VERSION_4,
    _VERSION_5,
    _VERSION_6,
    _VERSION_7,
    _VERSION_8,
    _VERSION_9,
    _VERSION_10,
)
"""Statements by version: ``MIGRATIONS[0]`` makes version 1 of an empty file, and so on."""
