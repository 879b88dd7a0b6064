-- 学习记录: a person states that they have studied a candidate's story, once, with an optional reflection 心得.
CREATE TABLE study_records (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    user_id BLOB NOT NULL REFERENCES users (id),
    reflection TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT study_records_once UNIQUE (candidate_id, user_id),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX study_records_user ON study_records (user_id, created_at, id);
CREATE INDEX study_records_cycle ON study_records (cycle, user_id);
CREATE INDEX study_records_reflections ON study_records (created_at, id) WHERE reflection IS NOT NULL;

-- How many people have studied a candidate, kept in the transaction of each record.
CREATE TABLE study_counts (
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    people INTEGER NOT NULL,
    CONSTRAINT study_counts_sane CHECK (people > 0),
    PRIMARY KEY (candidate_id)
) STRICT;

-- That a citizen belongs where the account says, confirmed by a reviewer. It ends with a change of the account's organization.
CREATE TABLE membership_confirmations (
    user_id BLOB NOT NULL REFERENCES users (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    confirmed_by BLOB NOT NULL REFERENCES users (id),
    confirmed_at INTEGER NOT NULL,
    PRIMARY KEY (user_id)
) STRICT;

-- The members of an organization in the order of entry.
CREATE INDEX users_members ON users (organization_id, created_at, id);
