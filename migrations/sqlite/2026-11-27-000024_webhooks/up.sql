-- Where subscribers are told of events. `place` is the number of the last event from which deliveries were made.
CREATE TABLE webhooks (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES users (id),
    url TEXT NOT NULL,
    description TEXT,
    kinds BLOB,
    status TEXT NOT NULL,
    paused_because TEXT,
    failing_since INTEGER,
    delivered_at INTEGER,
    secret BLOB NOT NULL,
    former_secret BLOB,
    former_until INTEGER,
    place INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    removed_at INTEGER,
    CONSTRAINT webhooks_status_known CHECK (status IN ('active', 'paused')),
    CONSTRAINT webhooks_paused CHECK ((status = 'paused') = (paused_because IS NOT NULL)),
    CONSTRAINT webhooks_paused_because_known CHECK (paused_because IN ('asked', 'failing', 'gone', 'owner')),
    CONSTRAINT webhooks_former CHECK ((former_secret IS NULL) = (former_until IS NULL)),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX webhooks_of_owner ON webhooks (owner_id);
CREATE INDEX webhooks_behind ON webhooks (place) WHERE status = 'active' AND removed_at IS NULL;

-- What was or is to be sent, and never before what came earlier to the same subject: `due_at` is when, by the machine's clock, it is sent, and none while
-- something earlier waits. While it is being sent it is when another process may take it up. A test has no event.
CREATE TABLE webhook_deliveries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    webhook_id BLOB NOT NULL REFERENCES webhooks (id),
    event_id BLOB NOT NULL,
    event_number INTEGER,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    due_at INTEGER,
    claim BLOB,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    CONSTRAINT webhook_deliveries_id UNIQUE (id),
    CONSTRAINT webhook_deliveries_status_known CHECK (status IN ('waiting', 'delivered', 'failed')),
    CONSTRAINT webhook_deliveries_due CHECK (status = 'waiting' OR due_at IS NULL),
    CONSTRAINT webhook_deliveries_ended CHECK ((status = 'waiting') = (ended_at IS NULL))
) STRICT;
CREATE INDEX webhook_deliveries_page ON webhook_deliveries (webhook_id, sequence);
CREATE INDEX webhook_deliveries_page_of_status ON webhook_deliveries (webhook_id, status, sequence);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_subject ON webhook_deliveries (webhook_id, subject_kind, subject_id, sequence) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at);

-- What became of each attempt.
CREATE TABLE webhook_attempts (
    delivery_id BLOB NOT NULL REFERENCES webhook_deliveries (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    millis INTEGER NOT NULL,
    answer INTEGER,
    failure TEXT,
    excerpt TEXT,
    CONSTRAINT webhook_attempts_failure_known CHECK (failure IN ('name_not_found', 'address_refused', 'not_connected', 'timed_out', 'broken_off', 'answer', 'gone', 'withheld')),
    PRIMARY KEY (delivery_id, number)
) STRICT;
