-- Long work: who started it, how far it is, and with what it ended. The lease is by the machine's clock; work whose lease has
-- run out was broken off with its process.
CREATE TABLE operations (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    started_by BLOB NOT NULL REFERENCES users (id),
    options BLOB NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    result BLOB,
    problem BLOB,
    lease_until INTEGER NOT NULL,
    taken_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CONSTRAINT operations_kind_known CHECK (kind IN ('nomination_import', 'candidate_export')),
    CONSTRAINT operations_status_known CHECK (status IN ('running', 'succeeded', 'failed')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX operations_running ON operations (lease_until) WHERE status = 'running';

-- The rows of a table that is imported, as they were judged; what stood in their cells is encrypted. Removed after a week.
CREATE TABLE staged_rows (
    operation_id BLOB NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    id BLOB NOT NULL,
    outcome TEXT NOT NULL,
    digest BLOB,
    faults BLOB NOT NULL,
    cells_cipher BLOB NOT NULL,
    candidate_id BLOB,
    earlier_row INTEGER,
    CONSTRAINT staged_rows_outcome_known CHECK (outcome IN ('valid', 'created', 'duplicate', 'refused')),
    PRIMARY KEY (operation_id, row_number)
) STRICT;

-- What becomes a candidate when the table is taken; kept from the judging to the taking.
CREATE TABLE staged_candidates (
    operation_id BLOB NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    candidate_id BLOB NOT NULL,
    nomination_id BLOB NOT NULL,
    transition_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    subject_id TEXT NOT NULL,
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    category TEXT NOT NULL,
    subject TEXT NOT NULL,
    posthumous INTEGER NOT NULL CHECK (posthumous IN (0, 1)),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    members BLOB NOT NULL,
    occupation TEXT,
    gender TEXT,
    birth_year INTEGER,
    ethnicity TEXT,
    summary TEXT NOT NULL,
    deed TEXT,
    unit_id BLOB,
    district_id BLOB NOT NULL,
    channel TEXT NOT NULL,
    PRIMARY KEY (operation_id, row_number)
) STRICT;

-- How candidate and nominator of such a row can be reached, sealed for the rows that they become.
CREATE TABLE staged_reaches (
    operation_id BLOB NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    whose TEXT NOT NULL,
    name_cipher BLOB,
    name_masked TEXT,
    phone_cipher BLOB,
    phone_masked TEXT,
    phone_index BLOB,
    relationship TEXT,
    CONSTRAINT staged_reaches_whose_known CHECK (whose IN ('contact', 'nominator')),
    PRIMARY KEY (operation_id, row_number, whose)
) STRICT;

-- Rows that were taken, by a keyed digest of what they say, so that an organization does not take one twice.
CREATE TABLE import_rows (
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    digest BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, digest)
) STRICT;
