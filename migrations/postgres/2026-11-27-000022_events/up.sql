-- Events are numbered in the order in which they were written; `arrived` tells it, even between processes.
ALTER TABLE outbox_events
    ADD COLUMN arrived BIGINT GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN sealed_at TIMESTAMPTZ,
    ADD CONSTRAINT outbox_events_sealed CHECK ((number IS NULL) = (sealed_at IS NULL));
ALTER TABLE outbox_events DROP CONSTRAINT outbox_events_pkey, ADD PRIMARY KEY (arrived), ADD CONSTRAINT outbox_events_id UNIQUE (id);
UPDATE outbox_events SET kind = 'entry.revoked' WHERE kind = 'candidate.revoked';
CREATE INDEX outbox_events_waiting ON outbox_events (arrived) WHERE number IS NULL;
CREATE INDEX outbox_events_sealed_page ON outbox_events (sealed_at, number);

-- The last number that was given. Whoever gives numbers holds this row.
CREATE TABLE event_seals (
    id SMALLINT NOT NULL CHECK (id = 0),
    last BIGINT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO event_seals (id, last) VALUES (0, 0);

-- The boundaries of cycles that were told of.
CREATE TABLE cycle_marks (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT COLLATE "C" NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (cycle, kind)
);

-- What passed before anybody could be told is no news.
INSERT INTO cycle_marks (cycle, kind, told_at)
    SELECT month, 'reporting.opened', now() FROM cycles WHERE reporting_opens_at <= now()
    UNION ALL SELECT month, 'reporting.closed', now() FROM cycles WHERE reporting_closes_at <= now()
    UNION ALL SELECT month, 'vote.opened', now() FROM cycles WHERE voting_opens_at <= now()
    UNION ALL SELECT month, 'vote.closed', now() FROM cycles WHERE voting_closes_at <= now();
