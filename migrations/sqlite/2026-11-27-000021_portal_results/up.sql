-- What the provincial portal has delivered of a nationally run vote; replaced until the list is published.
CREATE TABLE results (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    digest BLOB NOT NULL,
    delivered_by BLOB NOT NULL REFERENCES users (id),
    delivered_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (cycle)
) STRICT;

-- The votes of each candidate, and whether the portal lists it.
CREATE TABLE result_entries (
    cycle INTEGER NOT NULL REFERENCES results (cycle),
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    votes INTEGER NOT NULL,
    listed INTEGER NOT NULL,
    CONSTRAINT result_entries_sane CHECK (votes >= 0),
    PRIMARY KEY (cycle, candidate_id)
) STRICT;
