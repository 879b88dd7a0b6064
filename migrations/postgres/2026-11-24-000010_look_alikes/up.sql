-- Bands of the deeds' MinHash signatures: two deeds with an equal band may be alike. Derived from the deeds, so nothing is
-- lost when it is emptied; without references, as 32 rows are written with every deed.
CREATE TABLE deed_bands (
    band SMALLINT NOT NULL,
    hash BIGINT NOT NULL,
    candidate BIGINT NOT NULL,
    PRIMARY KEY (band, hash, candidate)
);

-- Hashes of the candidates' names as a whole and without one character, by which names are found that are written alike.
CREATE TABLE candidate_name_keys (
    key BIGINT NOT NULL,
    district_id UUID NOT NULL,
    candidate BIGINT NOT NULL,
    PRIMARY KEY (key, district_id, candidate)
);

-- The candidates that were there before these tables, and up to which of them the tables have been filled.
CREATE TABLE look_alike_backlog (
    id INTEGER NOT NULL,
    done BIGINT NOT NULL,
    last BIGINT NOT NULL,
    CONSTRAINT look_alike_backlog_single CHECK (id = 1),
    PRIMARY KEY (id)
);
INSERT INTO look_alike_backlog (id, done, last) SELECT 1, 0, COALESCE(MAX(number), 0) FROM candidates;
