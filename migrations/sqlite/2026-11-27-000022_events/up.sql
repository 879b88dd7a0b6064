-- Events are numbered in the order in which they were written; `arrived` tells it, even between processes.
CREATE TABLE arriving_events (
    arrived INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    cycle INTEGER,
    district_id BLOB,
    unit_id BLOB,
    payload BLOB NOT NULL,
    number INTEGER,
    sealed_at INTEGER,
    CONSTRAINT outbox_events_id UNIQUE (id),
    CONSTRAINT outbox_events_number UNIQUE (number),
    CONSTRAINT outbox_events_sealed CHECK ((number IS NULL) = (sealed_at IS NULL))
) STRICT;
INSERT INTO arriving_events (id, at, kind, subject_kind, subject_id, cycle, district_id, unit_id, payload)
SELECT id, at, CASE kind WHEN 'candidate.revoked' THEN 'entry.revoked' ELSE kind END, subject_kind, subject_id, cycle,
    district_id, unit_id, payload
FROM outbox_events ORDER BY rowid;
DROP TABLE outbox_events;
ALTER TABLE arriving_events RENAME TO outbox_events;
CREATE INDEX outbox_events_waiting ON outbox_events (arrived) WHERE number IS NULL;
CREATE INDEX outbox_events_sealed_page ON outbox_events (sealed_at, number);

-- The last number that was given. Whoever gives numbers holds this row.
CREATE TABLE event_seals (
    id INTEGER NOT NULL CHECK (id = 0),
    last INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO event_seals (id, last) VALUES (0, 0);

-- The boundaries of cycles that were told of.
CREATE TABLE cycle_marks (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    PRIMARY KEY (cycle, kind)
) STRICT;

-- What passed before anybody could be told is no news.
INSERT INTO cycle_marks (cycle, kind, told_at)
    SELECT month, 'reporting.opened', CAST(unixepoch('subsec') * 1000000 AS INTEGER) FROM cycles WHERE reporting_opens_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    UNION ALL SELECT month, 'reporting.closed', CAST(unixepoch('subsec') * 1000000 AS INTEGER) FROM cycles WHERE reporting_closes_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    UNION ALL SELECT month, 'vote.opened', CAST(unixepoch('subsec') * 1000000 AS INTEGER) FROM cycles WHERE voting_opens_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)
    UNION ALL SELECT month, 'vote.closed', CAST(unixepoch('subsec') * 1000000 AS INTEGER) FROM cycles WHERE voting_closes_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER);
