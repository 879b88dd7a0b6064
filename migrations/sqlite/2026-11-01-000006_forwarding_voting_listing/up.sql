-- Packages that go to the provincial portal.
CREATE TABLE batches (
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    sequence INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_by BLOB NOT NULL REFERENCES users (id),
    receipt BLOB,
    receipt_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT batches_status_known CHECK (status IN ('pending', 'accepted', 'partly_refused', 'refused')),
    CONSTRAINT batches_sequence UNIQUE (cycle, sequence),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX batches_page ON batches (created_at, id);

-- The frozen candidates of a batch.
CREATE TABLE batch_items (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    position INTEGER NOT NULL,
    snapshot BLOB NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    CONSTRAINT batch_items_status_known CHECK (status IN ('sent', 'accepted', 'refused')),
    CONSTRAINT batch_items_position UNIQUE (batch_id, position),
    PRIMARY KEY (batch_id, candidate_id)
) STRICT;
CREATE INDEX batch_items_candidate ON batch_items (candidate_id);

-- Who votes: an account here, or a subject of another issuer.
CREATE TABLE voters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BLOB REFERENCES users (id),
    issuer TEXT,
    subject_hash BLOB,
    person_hash BLOB,
    created_at INTEGER NOT NULL,
    CONSTRAINT voters_user UNIQUE (user_id),
    CONSTRAINT voters_subject UNIQUE (issuer, subject_hash)
) STRICT;
CREATE INDEX voters_person ON voters (person_hash);

-- The vote log of a cycle; its row orders the writers.
CREATE TABLE vote_logs (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    size INTEGER NOT NULL,
    PRIMARY KEY (cycle)
) STRICT;

-- Votes by integer keys; `day` is 0 where a vote counts once a cycle; `state`: 0 valid, 1 quarantined, 2 invalid.
CREATE TABLE votes (
    cycle INTEGER NOT NULL,
    voter INTEGER NOT NULL,
    candidate INTEGER NOT NULL,
    day INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    cast_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    CONSTRAINT votes_state_known CHECK (state IN (0, 1, 2)),
    CONSTRAINT votes_seq UNIQUE (cycle, seq),
    PRIMARY KEY (cycle, voter, candidate, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX votes_candidate ON votes (candidate, seq);
CREATE INDEX votes_voter ON votes (voter, cast_at);

-- Counts that can always be recomputed from the votes; valid = raw − quarantined − invalid.
CREATE TABLE tallies (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    candidate INTEGER NOT NULL REFERENCES candidates (number),
    raw INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    invalid INTEGER NOT NULL,
    CONSTRAINT tallies_sane CHECK (raw >= quarantined + invalid AND quarantined >= 0 AND invalid >= 0),
    PRIMARY KEY (cycle, candidate)
) STRICT;

-- Objections to published candidates.
CREATE TABLE objections (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    text TEXT NOT NULL,
    contact_cipher BLOB,
    contact_masked TEXT,
    name_cipher BLOB,
    name_masked TEXT,
    user_id BLOB REFERENCES users (id),
    status TEXT NOT NULL,
    reason TEXT,
    decided_by BLOB REFERENCES users (id),
    decided_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT objections_status_known CHECK (status IN ('open', 'upheld', 'dismissed', 'set_aside')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX objections_page ON objections (created_at, id);
CREATE INDEX objections_cycle ON objections (cycle, status);

-- Published lists.
CREATE TABLE lists (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    title TEXT NOT NULL,
    issuer TEXT NOT NULL,
    result_source TEXT NOT NULL,
    published_by BLOB NOT NULL REFERENCES users (id),
    published_at INTEGER NOT NULL,
    CONSTRAINT lists_result_source_known CHECK (result_source IN ('local', 'portal')),
    PRIMARY KEY (cycle)
) STRICT;

-- How ties across the cut were broken.
CREATE TABLE tie_breaks (
    cycle INTEGER NOT NULL REFERENCES lists (cycle),
    category TEXT NOT NULL REFERENCES categories (code),
    candidate_ids BLOB NOT NULL,
    reason TEXT NOT NULL,
    decided_by BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (cycle, category)
) STRICT;

-- Entries of published lists.
CREATE TABLE honours (
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES lists (cycle),
    category TEXT NOT NULL REFERENCES categories (code),
    sequence INTEGER NOT NULL,
    certificate_number TEXT NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    rank INTEGER NOT NULL,
    votes INTEGER NOT NULL,
    revoked_at INTEGER,
    revoked_reason TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT honours_certificate UNIQUE (certificate_number),
    CONSTRAINT honours_candidate UNIQUE (candidate_id),
    CONSTRAINT honours_sequence UNIQUE (cycle, category, sequence),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX honours_honoree ON honours (honoree_id, cycle);
