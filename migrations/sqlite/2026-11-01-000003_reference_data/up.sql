-- Kinds of good people; the five of the source document are seeded.
CREATE TABLE categories (
    code TEXT NOT NULL,
    mark TEXT NOT NULL,
    short TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    criteria_zh TEXT NOT NULL,
    criteria_en TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT categories_mark UNIQUE (mark),
    CONSTRAINT categories_short UNIQUE (short),
    PRIMARY KEY (code)
) STRICT;

-- Labels and checklists of the stages; role, from and to are rules of the program.
CREATE TABLE review_stages (
    code TEXT NOT NULL,
    position INTEGER NOT NULL,
    label_zh TEXT NOT NULL,
    label_en TEXT NOT NULL,
    checklist BLOB NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (code)
) STRICT;

-- One month's round; `month` is year × 100 + month, the integer key of votes.
CREATE TABLE cycles (
    month INTEGER NOT NULL,
    reporting_opens_at INTEGER NOT NULL,
    reporting_closes_at INTEGER NOT NULL,
    screening_opens_at INTEGER NOT NULL,
    screening_closes_at INTEGER NOT NULL,
    forwarding_opens_at INTEGER NOT NULL,
    forwarding_closes_at INTEGER NOT NULL,
    voting_opens_at INTEGER NOT NULL,
    voting_closes_at INTEGER NOT NULL,
    policy BLOB NOT NULL,
    checklists BLOB NOT NULL,
    materials_frozen_at INTEGER,
    published_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (month)
) STRICT;

-- Changes of frozen policy fields and of windows, each with its reason.
CREATE TABLE cycle_amendments (
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    at INTEGER NOT NULL,
    user_id BLOB REFERENCES users (id),
    reason TEXT NOT NULL,
    changes BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX cycle_amendments_cycle ON cycle_amendments (cycle, at);

-- Places of a district in a cycle, taken and given back in the transition that needs them.
CREATE TABLE district_quotas (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    district_id BLOB NOT NULL REFERENCES organizations (id),
    quota INTEGER NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT district_quotas_kept CHECK (used BETWEEN 0 AND quota),
    PRIMARY KEY (cycle, district_id)
) STRICT;
