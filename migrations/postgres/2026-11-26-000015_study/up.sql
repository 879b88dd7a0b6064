-- 学习记录: a person states that they have studied a candidate's story, once, with an optional reflection 心得.
CREATE TABLE study_records (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    user_id UUID NOT NULL REFERENCES users (id),
    reflection TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT study_records_once UNIQUE (candidate_id, user_id),
    PRIMARY KEY (id)
);
CREATE INDEX study_records_user ON study_records (user_id, created_at, id);
CREATE INDEX study_records_cycle ON study_records (cycle, user_id);
CREATE INDEX study_records_reflections ON study_records (created_at, id) WHERE reflection IS NOT NULL;

-- How many people have studied a candidate, kept in the transaction of each record.
CREATE TABLE study_counts (
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    people BIGINT NOT NULL,
    CONSTRAINT study_counts_sane CHECK (people > 0),
    PRIMARY KEY (candidate_id)
);

-- That a citizen belongs where the account says, confirmed by a reviewer. It ends with a change of the account's organization.
CREATE TABLE membership_confirmations (
    user_id UUID NOT NULL REFERENCES users (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    confirmed_by UUID NOT NULL REFERENCES users (id),
    confirmed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id)
);

-- The members of an organization in the order of entry.
CREATE INDEX users_members ON users (organization_id, created_at, id);
