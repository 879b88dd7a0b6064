DROP TABLE audit_seals;
CREATE TABLE former_audit_events (
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
    CONSTRAINT audit_events_number UNIQUE (number),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO former_audit_events (id, at, actor_id, actor_role, organization_id, action, subject_kind, subject_id, request_id, details)
SELECT id, at, actor_id, actor_role, organization_id, action, subject_kind, subject_id, request_id, details
FROM audit_events ORDER BY arrived;
DROP TABLE audit_events;
ALTER TABLE former_audit_events RENAME TO audit_events;
CREATE INDEX audit_events_subject ON audit_events (subject_kind, subject_id);
CREATE INDEX audit_events_at ON audit_events (at, id);
