-- The number of a vote is the index of its leaf, from 0. In two steps, as no number may stand twice in between.
UPDATE votes SET seq = -seq;
UPDATE votes SET seq = -seq - 1;

-- The secret of the voters' pseudonyms, wrapped by the master key; destroyed when the time for objections is over.
ALTER TABLE vote_logs ADD COLUMN wrapped_secret BLOB;
ALTER TABLE vote_logs ADD COLUMN secret_destroyed_at INTEGER;

-- How far the tree over a log has come. Apart from the log's row, which those who vote wait for.
CREATE TABLE vote_log_trees (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    size INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    CONSTRAINT vote_log_trees_sane CHECK (size >= 0 AND origin >= 1),
    PRIMARY KEY (cycle)
) STRICT;

-- Tiles of 256 hashes, the last of each level narrower; at level 0 the pseudonyms of the entries beside them.
CREATE TABLE vote_log_tiles (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    pseudonyms BLOB NOT NULL,
    PRIMARY KEY (cycle, level, position)
) STRICT;

-- The last signed head of each origin of a log; why an origin ended, where it did.
CREATE TABLE vote_log_heads (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    origin INTEGER NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    verifier_key TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    ended_because TEXT,
    CONSTRAINT vote_log_heads_because_known CHECK (ended_because IN ('behind', 'diverged', 'key_changed')),
    PRIMARY KEY (cycle, origin)
) STRICT;

-- Invalidations, numbered among the votes.
CREATE TABLE vote_log_invalidations (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    seq INTEGER NOT NULL,
    vote_seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT vote_log_invalidations_vote UNIQUE (cycle, vote_seq),
    PRIMARY KEY (cycle, seq)
) STRICT;
