-- Where subscribers are told of events. `place` is the number of the last event from which deliveries were made.
CREATE TABLE webhooks (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES users (id),
    url TEXT NOT NULL,
    description TEXT,
    kinds JSONB,
    status TEXT COLLATE "C" NOT NULL,
    paused_because TEXT COLLATE "C",
    failing_since TIMESTAMPTZ,
    delivered_at TIMESTAMPTZ,
    secret BYTEA NOT NULL,
    former_secret BYTEA,
    former_until TIMESTAMPTZ,
    place BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    removed_at TIMESTAMPTZ,
    CONSTRAINT webhooks_status_known CHECK (status IN ('active', 'paused')),
    CONSTRAINT webhooks_paused CHECK ((status = 'paused') = (paused_because IS NOT NULL)),
    CONSTRAINT webhooks_paused_because_known CHECK (paused_because IN ('asked', 'failing', 'gone', 'owner')),
    CONSTRAINT webhooks_former CHECK ((former_secret IS NULL) = (former_until IS NULL)),
    PRIMARY KEY (id)
);
CREATE INDEX webhooks_of_owner ON webhooks (owner_id);
CREATE INDEX webhooks_behind ON webhooks (place) WHERE status = 'active' AND removed_at IS NULL;

-- What was or is to be sent, and never before what came earlier to the same subject: `due_at` is when, by the machine's clock, it is sent, and none while
-- something earlier waits. While it is being sent it is when another process may take it up. A test has no event.
CREATE TABLE webhook_deliveries (
    sequence BIGINT GENERATED ALWAYS AS IDENTITY,
    id UUID NOT NULL,
    webhook_id UUID NOT NULL REFERENCES webhooks (id),
    event_id UUID NOT NULL,
    event_number BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    due_at TIMESTAMPTZ,
    claim UUID,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT webhook_deliveries_id UNIQUE (id),
    CONSTRAINT webhook_deliveries_status_known CHECK (status IN ('waiting', 'delivered', 'failed')),
    CONSTRAINT webhook_deliveries_due CHECK (status = 'waiting' OR due_at IS NULL),
    CONSTRAINT webhook_deliveries_ended CHECK ((status = 'waiting') = (ended_at IS NULL)),
    PRIMARY KEY (sequence)
);
CREATE INDEX webhook_deliveries_page ON webhook_deliveries (webhook_id, sequence);
CREATE INDEX webhook_deliveries_page_of_status ON webhook_deliveries (webhook_id, status, sequence);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (webhook_id, subject_kind, subject_id, sequence) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at);

-- What became of each attempt.
CREATE TABLE webhook_attempts (
    delivery_id UUID NOT NULL REFERENCES webhook_deliveries (id),
    number INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    millis INTEGER NOT NULL,
    answer INTEGER,
    failure TEXT COLLATE "C",
    excerpt TEXT,
    CONSTRAINT webhook_attempts_failure_known CHECK (failure IN ('name_not_found', 'address_refused', 'not_connected', 'timed_out', 'broken_off', 'answer', 'gone', 'withheld')),
    PRIMARY KEY (delivery_id, number)
);
