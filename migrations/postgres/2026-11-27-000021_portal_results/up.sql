-- What the provincial portal has delivered of a nationally run vote; replaced until the list is published.
CREATE TABLE results (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    digest BYTEA NOT NULL,
    delivered_by UUID NOT NULL REFERENCES users (id),
    delivered_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (cycle)
);

-- The votes of each candidate, and whether the portal lists it.
CREATE TABLE result_entries (
    cycle INTEGER NOT NULL REFERENCES results (cycle),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    votes BIGINT NOT NULL,
    listed BOOLEAN NOT NULL,
    CONSTRAINT result_entries_sane CHECK (votes >= 0),
    PRIMARY KEY (cycle, candidate_id)
);
