-- Audit events are numbered and chained in the order in which they were written; `arrived` tells it, even between processes.
CREATE TABLE arriving_audit_events (
    arrived INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor_id BLOB,
    actor_role TEXT,
    organization_id BLOB,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    details BLOB NOT NULL,
    number INTEGER,
    hash BLOB,
    CONSTRAINT audit_events_id UNIQUE (id),
    CONSTRAINT audit_events_number UNIQUE (number),
    CONSTRAINT audit_events_sealed CHECK ((number IS NULL) = (hash IS NULL) AND (hash IS NULL OR length(hash) = 32))
) STRICT;
INSERT INTO arriving_audit_events (id, at, actor_id, actor_role, organization_id, action, subject_kind, subject_id, request_id, details)
SELECT id, at, actor_id, actor_role, organization_id, action, subject_kind, subject_id, request_id, details
FROM audit_events ORDER BY rowid;
DROP TABLE audit_events;
ALTER TABLE arriving_audit_events RENAME TO audit_events;

-- What an auditor asks by: each of these gives a page in its order without sorting, alone and within a span of time. A request is
-- not among them: its id is random, which is what an index pays most for, and a line of the log has the moment beside it.
-- An index ends with the rowid, which is `arrived`; what waits for its number is found by `audit_events_number`.
CREATE INDEX audit_events_at ON audit_events (at);
CREATE INDEX audit_events_actor ON audit_events (actor_id, at) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_action ON audit_events (action, at);
CREATE INDEX audit_events_kind ON audit_events (subject_kind, at);
CREATE INDEX audit_events_subject ON audit_events (subject_id, at);

-- The last number that was given, and its hash. Whoever gives numbers holds this row.
CREATE TABLE audit_seals (
    id INTEGER NOT NULL CHECK (id = 0),
    last INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO audit_seals (id, last, hash) VALUES (0, 0, zeroblob(32));

-- A slip, of the program or by hand, is refused; what is done on purpose is told by the chain.
CREATE TRIGGER audit_events_stand BEFORE UPDATE ON audit_events WHEN OLD.number IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'audit events are only ever added');
END;
CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'audit events are only ever added');
END;
