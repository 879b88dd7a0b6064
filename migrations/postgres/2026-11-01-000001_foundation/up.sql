-- Keys of the server, wrapped by the master key; the row with purpose `check` proves that the master key is the right one.
CREATE TABLE server_keys (
    id TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    wrapped BYTEA NOT NULL,
    public_part BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    retired_at TIMESTAMPTZ,
    PRIMARY KEY (id)
);

-- The campaign clock as it was last set: at `machine_at` it showed `campaign_at`, and it runs on from there. No row: both clocks agree.
CREATE TABLE campaign_clock (
    id INTEGER NOT NULL,
    campaign_at TIMESTAMPTZ NOT NULL,
    machine_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT campaign_clock_single CHECK (id = 1),
    PRIMARY KEY (id)
);

-- First answers of creating requests, kept for 24 hours.
CREATE TABLE idempotency_keys (
    scope BYTEA NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    status INTEGER,
    resource_id UUID,
    secret BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What was done, by whom, to what; numbered and chained after the commit.
CREATE TABLE audit_events (
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    actor_role TEXT COLLATE "C",
    organization_id UUID,
    action TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    details JSONB NOT NULL,
    number BIGINT,
    hash BYTEA,
    CONSTRAINT audit_events_number UNIQUE (number),
    PRIMARY KEY (id)
);
CREATE INDEX audit_events_subject ON audit_events (subject_kind, subject_id);
CREATE INDEX audit_events_at ON audit_events (at, id);

-- What subscribers are told; numbered after the commit.
CREATE TABLE outbox_events (
    id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    cycle INTEGER,
    district_id UUID,
    unit_id UUID,
    payload JSONB NOT NULL,
    number BIGINT,
    CONSTRAINT outbox_events_number UNIQUE (number),
    PRIMARY KEY (id)
);
