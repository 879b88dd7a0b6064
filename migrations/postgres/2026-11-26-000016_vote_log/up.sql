-- The number of a vote is the index of its leaf, from 0. In two steps, as no number may stand twice in between.
UPDATE votes SET seq = -seq;
UPDATE votes SET seq = -seq - 1;

-- The secret of the voters' pseudonyms, wrapped by the master key; destroyed when the time for objections is over.
ALTER TABLE vote_logs ADD COLUMN wrapped_secret BYTEA;
ALTER TABLE vote_logs ADD COLUMN secret_destroyed_at TIMESTAMPTZ;

-- How far the tree over a log has come. Apart from the log's row, which those who vote wait for.
CREATE TABLE vote_log_trees (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    size BIGINT NOT NULL,
    origin INTEGER NOT NULL,
    CONSTRAINT vote_log_trees_sane CHECK (size >= 0 AND origin >= 1),
    PRIMARY KEY (cycle)
);

-- Tiles of 256 hashes, the last of each level narrower; at level 0 the pseudonyms of the entries beside them.
CREATE TABLE vote_log_tiles (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    level SMALLINT NOT NULL,
    position BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    pseudonyms BYTEA NOT NULL,
    PRIMARY KEY (cycle, level, position)
);
-- Hashes cannot be compressed.
ALTER TABLE vote_log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL, ALTER COLUMN pseudonyms SET STORAGE EXTERNAL;

-- The last signed head of each origin of a log; why an origin ended, where it did.
CREATE TABLE vote_log_heads (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    origin INTEGER NOT NULL,
    size BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    verifier_key TEXT COLLATE "C" NOT NULL,
    signed_at TIMESTAMPTZ NOT NULL,
    ended_because TEXT COLLATE "C",
    CONSTRAINT vote_log_heads_because_known CHECK (ended_because IN ('behind', 'diverged', 'key_changed')),
    PRIMARY KEY (cycle, origin)
);

-- Invalidations, numbered among the votes.
CREATE TABLE vote_log_invalidations (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    seq BIGINT NOT NULL,
    vote_seq BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT vote_log_invalidations_vote UNIQUE (cycle, vote_seq),
    PRIMARY KEY (cycle, seq)
);
