-- Keys of the server, wrapped by the master key; the row with purpose `check` proves that the master key is the right one.
CREATE TABLE server_keys (
    id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    public_part BLOB,
    created_at INTEGER NOT NULL,
    retired_at INTEGER,
    PRIMARY KEY (id)
) STRICT;

-- The campaign clock as it was last set: at `machine_at` it showed `campaign_at`, and it runs on from there. No row: both clocks agree.
CREATE TABLE campaign_clock (
    id INTEGER NOT NULL,
    campaign_at INTEGER NOT NULL,
    machine_at INTEGER NOT NULL,
    CONSTRAINT campaign_clock_single CHECK (id = 1),
    PRIMARY KEY (id)
) STRICT;

-- First answers of creating requests, kept for 24 hours.
CREATE TABLE idempotency_keys (
    scope BLOB NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER,
    resource_id BLOB,
    secret BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What was done, by whom, to what; numbered and chained after the commit.
CREATE TABLE audit_events (
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
CREATE INDEX audit_events_subject ON audit_events (subject_kind, subject_id);
CREATE INDEX audit_events_at ON audit_events (at, id);

-- What subscribers are told; numbered after the commit.
CREATE TABLE outbox_events (
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
