-- Long work: who started it, how far it is, and with what it ended. The lease is by the machine's clock; work whose lease has
-- run out was broken off with its process.
CREATE TABLE operations (
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    started_by UUID NOT NULL REFERENCES users (id),
    options JSONB NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    result JSONB,
    problem JSONB,
    lease_until TIMESTAMPTZ NOT NULL,
    taken_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    CONSTRAINT operations_kind_known CHECK (kind IN ('nomination_import', 'candidate_export')),
    CONSTRAINT operations_status_known CHECK (status IN ('running', 'succeeded', 'failed')),
    PRIMARY KEY (id)
);
CREATE INDEX operations_running ON operations (lease_until) WHERE status = 'running';

-- The rows of a table that is imported, as they were judged; what stood in their cells is encrypted. Removed after a week.
CREATE TABLE staged_rows (
    operation_id UUID NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    id UUID NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    digest BYTEA,
    faults JSONB NOT NULL,
    cells_cipher BYTEA NOT NULL,
    candidate_id UUID,
    earlier_row INTEGER,
    CONSTRAINT staged_rows_outcome_known CHECK (outcome IN ('valid', 'created', 'duplicate', 'refused')),
    PRIMARY KEY (operation_id, row_number)
);

-- What becomes a candidate when the table is taken; kept from the judging to the taking.
CREATE TABLE staged_candidates (
    operation_id UUID NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    candidate_id UUID NOT NULL,
    nomination_id UUID NOT NULL,
    transition_id UUID NOT NULL,
    event_id UUID NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    is_own BOOLEAN NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    posthumous BOOLEAN NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    members JSONB NOT NULL,
    occupation TEXT COLLATE "C",
    gender TEXT COLLATE "C",
    birth_year INTEGER,
    ethnicity TEXT COLLATE "C",
    summary TEXT COLLATE "C" NOT NULL,
    deed TEXT COLLATE "C",
    unit_id UUID,
    district_id UUID NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (operation_id, row_number)
);

-- How candidate and nominator of such a row can be reached, sealed for the rows that they become.
CREATE TABLE staged_reaches (
    operation_id UUID NOT NULL REFERENCES operations (id),
    row_number INTEGER NOT NULL,
    whose TEXT COLLATE "C" NOT NULL,
    name_cipher BYTEA,
    name_masked TEXT COLLATE "C",
    phone_cipher BYTEA,
    phone_masked TEXT COLLATE "C",
    phone_index BYTEA,
    relationship TEXT COLLATE "C",
    CONSTRAINT staged_reaches_whose_known CHECK (whose IN ('contact', 'nominator')),
    PRIMARY KEY (operation_id, row_number, whose)
);

-- Rows that were taken, by a keyed digest of what they say, so that an organization does not take one twice.
CREATE TABLE import_rows (
    organization_id UUID NOT NULL REFERENCES organizations (id),
    digest BYTEA NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    taken_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, digest)
);
