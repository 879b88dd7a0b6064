DROP TABLE cycle_marks;
DROP TABLE event_seals;
CREATE TABLE plain_events (
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
    CONSTRAINT outbox_events_number UNIQUE (number),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO plain_events SELECT id, at, kind, subject_kind, subject_id, cycle, district_id, unit_id, payload, NULL
FROM outbox_events ORDER BY arrived;
DROP TABLE outbox_events;
ALTER TABLE plain_events RENAME TO outbox_events;
