-- Kinds of good people; the five of the source document are seeded.
CREATE TABLE categories (
    code TEXT COLLATE "C" NOT NULL,
    mark TEXT COLLATE "C" NOT NULL,
    short TEXT COLLATE "C" NOT NULL,
    name_zh TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C" NOT NULL,
    criteria_zh TEXT COLLATE "C" NOT NULL,
    criteria_en TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT categories_mark UNIQUE (mark),
    CONSTRAINT categories_short UNIQUE (short),
    PRIMARY KEY (code)
);

-- Labels and checklists of the stages; role, from and to are rules of the program.
CREATE TABLE review_stages (
    code TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    label_zh TEXT COLLATE "C" NOT NULL,
    label_en TEXT COLLATE "C" NOT NULL,
    checklist JSONB NOT NULL,
    version BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (code)
);

-- One month's round; `month` is year × 100 + month, the integer key of votes.
CREATE TABLE cycles (
    month INTEGER NOT NULL,
    reporting_opens_at TIMESTAMPTZ NOT NULL,
    reporting_closes_at TIMESTAMPTZ NOT NULL,
    screening_opens_at TIMESTAMPTZ NOT NULL,
    screening_closes_at TIMESTAMPTZ NOT NULL,
    forwarding_opens_at TIMESTAMPTZ NOT NULL,
    forwarding_closes_at TIMESTAMPTZ NOT NULL,
    voting_opens_at TIMESTAMPTZ NOT NULL,
    voting_closes_at TIMESTAMPTZ NOT NULL,
    policy JSONB NOT NULL,
    checklists JSONB NOT NULL,
    materials_frozen_at TIMESTAMPTZ,
    published_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (month)
);

-- Changes of frozen policy fields and of windows, each with its reason.
CREATE TABLE cycle_amendments (
    id UUID NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    at TIMESTAMPTZ NOT NULL,
    user_id UUID REFERENCES users (id),
    reason TEXT COLLATE "C" NOT NULL,
    changes JSONB NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX cycle_amendments_cycle ON cycle_amendments (cycle, at);

-- Places of a district in a cycle, taken and given back in the transition that needs them.
CREATE TABLE district_quotas (
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    district_id UUID NOT NULL REFERENCES organizations (id),
    quota INTEGER NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT district_quotas_kept CHECK (used BETWEEN 0 AND quota),
    PRIMARY KEY (cycle, district_id)
);
