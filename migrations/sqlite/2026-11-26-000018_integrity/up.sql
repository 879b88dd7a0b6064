-- How far the votes of a cycle were looked through: those with a number below `scanned`. Traces are removed once.
CREATE TABLE vote_scans (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    scanned INTEGER NOT NULL,
    traces_removed_at INTEGER,
    PRIMARY KEY (cycle)
) STRICT;

-- What the looking through counts, by what a signal would be about; `voters`: those whose first vote of the cycle this was.
CREATE TABLE vote_counters (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    votes INTEGER NOT NULL,
    voters INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    CONSTRAINT vote_counters_kind_known CHECK (kind IN ('prefix_burst', 'candidate_surge', 'accounts_same_minute', 'unit_above_headcount')),
    PRIMARY KEY (cycle, kind, subject)
) STRICT;

-- A candidate's votes in the current bucket of ten minutes, with sum and sum of squares over the earlier ones.
CREATE TABLE candidate_paces (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    candidate INTEGER NOT NULL REFERENCES candidates (number),
    first_bucket INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    votes INTEGER NOT NULL,
    earlier_votes INTEGER NOT NULL,
    earlier_squares INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (cycle, candidate)
) STRICT;

-- What looks as if votes were not cast by the people they count for: raised once, with figures that follow the votes.
CREATE TABLE signals (
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    figures BLOB NOT NULL,
    raised_at INTEGER NOT NULL,
    to_be_held INTEGER NOT NULL,
    CONSTRAINT signals_kind_known CHECK (kind IN ('prefix_burst', 'candidate_surge', 'accounts_same_minute', 'unit_above_headcount', 'same_person')),
    CONSTRAINT signals_once UNIQUE (cycle, kind, subject),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX signals_page ON signals (cycle, raised_at, id);
-- Those whose votes the server itself holds back, until it has.
CREATE INDEX signals_to_be_held ON signals (id) WHERE to_be_held = 1;

-- Votes held back together, by a reviewer or, without `opened_by`, by the server; and what another reviewer decided of them. `gathering`: seen by nobody and counted nowhere;
-- by the machine's clock, one whose lease has run out was broken off, and the request's key (`request_*`) is free again.
-- `settled_seq`: up to here the votes' rows show it.
CREATE TABLE quarantines (
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    signal_id BLOB REFERENCES signals (id),
    candidate_id BLOB REFERENCES candidates (id),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    held INTEGER NOT NULL,
    already_held INTEGER NOT NULL,
    opened_by BLOB REFERENCES users (id),
    opened_at INTEGER NOT NULL,
    decision_reason TEXT,
    decided_by BLOB REFERENCES users (id),
    decided_at INTEGER,
    lease_until INTEGER NOT NULL,
    request_scope BLOB,
    request_key TEXT,
    settled_seq INTEGER NOT NULL,
    is_settled INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT quarantines_status_known CHECK (status IN ('gathering', 'open', 'invalidated', 'released')),
    CONSTRAINT quarantines_two_decide CHECK (decided_by <> opened_by),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX quarantines_page ON quarantines (opened_at, id);
CREATE INDEX quarantines_signal ON quarantines (signal_id);

-- How many votes of each candidate a quarantine holds.
CREATE TABLE quarantine_counts (
    quarantine_id BLOB NOT NULL REFERENCES quarantines (id),
    candidate INTEGER NOT NULL REFERENCES candidates (number),
    votes INTEGER NOT NULL,
    PRIMARY KEY (quarantine_id, candidate)
) STRICT;

-- The votes of a quarantine. A vote is in one at most that is not released.
CREATE TABLE held_votes (
    quarantine_id BLOB NOT NULL REFERENCES quarantines (id),
    seq INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    active INTEGER NOT NULL,
    CONSTRAINT held_votes_active_known CHECK (active IN (0, 1)),
    PRIMARY KEY (quarantine_id, seq)
) STRICT;
CREATE INDEX held_votes_vote ON held_votes (cycle, seq);
CREATE UNIQUE INDEX held_votes_once ON held_votes (cycle, seq) WHERE active = 1;
