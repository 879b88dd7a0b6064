-- A vote is found by its key or by its place in the log; every other index would be paid for by each vote.
DROP INDEX votes_candidate;
DROP INDEX votes_voter;

-- The log counts from 0, as the tree over it does. In two steps, for two rows never have the same number.
UPDATE votes SET seq = -seq;
UPDATE votes SET seq = -seq - 1;

-- Where a vote came from, by keyed hashes; removed when the objection period ends. `tier`: 0 self-declared, 1 telephone, 2 real name.
CREATE TABLE vote_traces (
    cycle INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    prefix INTEGER NOT NULL,
    client INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    CONSTRAINT vote_traces_tier_known CHECK (tier IN (0, 1, 2)),
    PRIMARY KEY (cycle, seq)
) STRICT, WITHOUT ROWID;

-- The seed of the lot by which a cycle's candidates are shown.
CREATE TABLE ballot_seeds (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    seed BLOB NOT NULL,
    drawn_at INTEGER NOT NULL,
    PRIMARY KEY (cycle)
) STRICT;
