-- How far the votes of a cycle were looked through: those with a number below `scanned`. Traces are removed once.
CREATE TABLE vote_scans (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    scanned BIGINT NOT NULL,
    traces_removed_at TIMESTAMPTZ,
    PRIMARY KEY (cycle)
);

-- What the looking through counts, by what a signal would be about; `voters`: those whose first vote of the cycle this was.
CREATE TABLE vote_counters (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    votes BIGINT NOT NULL,
    voters BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    CONSTRAINT vote_counters_kind_known CHECK (kind IN ('prefix_burst', 'candidate_surge', 'accounts_same_minute', 'unit_above_headcount')),
    PRIMARY KEY (cycle, kind, subject)
);

-- A candidate's votes in the current bucket of ten minutes, with sum and sum of squares over the earlier ones.
CREATE TABLE candidate_paces (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    candidate BIGINT NOT NULL REFERENCES candidates (number),
    first_bucket BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    votes BIGINT NOT NULL,
    earlier_votes BIGINT NOT NULL,
    earlier_squares BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (cycle, candidate)
);

-- What looks as if votes were not cast by the people they count for: raised once, with figures that follow the votes.
CREATE TABLE signals (
    id UUID NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    figures JSONB NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL,
    to_be_held BOOLEAN NOT NULL,
    CONSTRAINT signals_kind_known CHECK (kind IN ('prefix_burst', 'candidate_surge', 'accounts_same_minute', 'unit_above_headcount', 'same_person')),
    CONSTRAINT signals_once UNIQUE (cycle, kind, subject),
    PRIMARY KEY (id)
);
CREATE INDEX signals_page ON signals (cycle, raised_at, id);
-- Those whose votes the server itself holds back, until it has.
CREATE INDEX signals_to_be_held ON signals (id) WHERE to_be_held;

-- Votes held back together, by a reviewer or, without `opened_by`, by the server; and what another reviewer decided of them. `gathering`: seen by nobody and counted nowhere;
-- by the machine's clock, one whose lease has run out was broken off, and the request's key (`request_*`) is free again.
-- `settled_seq`: up to here the votes' rows show it.
CREATE TABLE quarantines (
    id UUID NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    signal_id UUID REFERENCES signals (id),
    candidate_id UUID REFERENCES candidates (id),
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    held BIGINT NOT NULL,
    already_held BIGINT NOT NULL,
    opened_by UUID REFERENCES users (id),
    opened_at TIMESTAMPTZ NOT NULL,
    decision_reason TEXT COLLATE "C",
    decided_by UUID REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ NOT NULL,
    request_scope BYTEA,
    request_key TEXT COLLATE "C",
    settled_seq BIGINT NOT NULL,
    is_settled BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    CONSTRAINT quarantines_status_known CHECK (status IN ('gathering', 'open', 'invalidated', 'released')),
    CONSTRAINT quarantines_two_decide CHECK (decided_by <> opened_by),
    PRIMARY KEY (id)
);
CREATE INDEX quarantines_page ON quarantines (opened_at, id);
CREATE INDEX quarantines_signal ON quarantines (signal_id);

-- How many votes of each candidate a quarantine holds.
CREATE TABLE quarantine_counts (
    quarantine_id UUID NOT NULL REFERENCES quarantines (id),
    candidate BIGINT NOT NULL REFERENCES candidates (number),
    votes BIGINT NOT NULL,
    PRIMARY KEY (quarantine_id, candidate)
);

-- The votes of a quarantine. A vote is in one at most that is not released.
CREATE TABLE held_votes (
    quarantine_id UUID NOT NULL REFERENCES quarantines (id),
    seq BIGINT NOT NULL,
    cycle INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (quarantine_id, seq)
);
CREATE INDEX held_votes_vote ON held_votes (cycle, seq);
CREATE UNIQUE INDEX held_votes_once ON held_votes (cycle, seq) WHERE active;
