-- Two honorees turn out to be one: the merged one points to the survivor, and each row that was handed over is noted.
ALTER TABLE honorees ADD COLUMN merged_into UUID REFERENCES honorees (id);
CREATE INDEX honorees_merged ON honorees (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE honoree_mergers (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    survivor_id UUID NOT NULL REFERENCES honorees (id),
    reason TEXT COLLATE "C" NOT NULL,
    merged_by UUID NOT NULL REFERENCES users (id),
    merged_at TIMESTAMPTZ NOT NULL,
    undone_by UUID REFERENCES users (id),
    undone_at TIMESTAMPTZ,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX honoree_mergers_standing ON honoree_mergers (honoree_id) WHERE undone_at IS NULL;
CREATE INDEX honoree_mergers_survivor ON honoree_mergers (survivor_id);
CREATE TABLE honoree_merger_items (
    merger_id UUID NOT NULL REFERENCES honoree_mergers (id),
    kind TEXT COLLATE "C" NOT NULL,
    item_id UUID NOT NULL,
    PRIMARY KEY (merger_id, kind, item_id)
);

-- Honours that others have given, recorded by the city. Days are local, as 2026-11-25.
CREATE TABLE outside_honours (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    level TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    awarded_on TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" REFERENCES categories (code),
    source_url TEXT COLLATE "C",
    recorded_by UUID NOT NULL REFERENCES users (id),
    revoked_at TIMESTAMPTZ,
    revoked_reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT outside_honours_level_known CHECK (level IN ('district', 'municipal', 'provincial', 'national')),
    PRIMARY KEY (id)
);
CREATE INDEX outside_honours_honoree ON outside_honours (honoree_id, created_at, id);

-- The pool of moral models: every entry with its end; nobody is in it twice at once.
CREATE TABLE pool_entries (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    cause TEXT COLLATE "C" NOT NULL,
    min_honours INTEGER NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    left_cause TEXT COLLATE "C",
    left_reason TEXT COLLATE "C",
    left_by UUID REFERENCES users (id),
    CONSTRAINT pool_entries_cause_known CHECK (cause IN ('rule', 'recommendation')),
    CONSTRAINT pool_entries_left_cause_known CHECK (left_cause IN ('rule', 'city', 'merger')),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX pool_entries_inside ON pool_entries (honoree_id) WHERE left_at IS NULL;
CREATE INDEX pool_entries_honoree ON pool_entries (honoree_id, entered_at, id);

-- Recommendations of people of the pool to a higher level; one at a time for each person and level.
CREATE TABLE pool_recommendations (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    level TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    material TEXT COLLATE "C",
    proposed_by UUID NOT NULL REFERENCES users (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    title TEXT COLLATE "C",
    announced_on TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pool_recommendations_level_known CHECK (level IN ('municipal_model', 'provincial', 'national')),
    CONSTRAINT pool_recommendations_status_known CHECK (status IN ('proposed', 'returned', 'approved', 'rejected', 'chosen', 'not_chosen', 'lapsed')),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX pool_recommendations_open ON pool_recommendations (honoree_id, level) WHERE status IN ('proposed', 'returned', 'approved');
CREATE INDEX pool_recommendations_page ON pool_recommendations (created_at, id);
CREATE INDEX pool_recommendations_honoree ON pool_recommendations (honoree_id, created_at, id);

-- What was done with a recommendation, step by step.
CREATE TABLE pool_steps (
    id UUID NOT NULL,
    recommendation_id UUID NOT NULL REFERENCES pool_recommendations (id),
    kind TEXT COLLATE "C" NOT NULL,
    words TEXT COLLATE "C",
    actor_id UUID REFERENCES users (id),
    organization_id UUID REFERENCES organizations (id),
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pool_steps_kind_known CHECK (kind IN ('proposed', 'resubmitted', 'returned', 'approved', 'rejected', 'chosen', 'not_chosen', 'lapsed')),
    PRIMARY KEY (id)
);
CREATE INDEX pool_steps_recommendation ON pool_steps (recommendation_id, at, id);

-- Whoever holds an honour already is in the pool by the rule, from the first of them on.
INSERT INTO pool_entries (id, honoree_id, cause, min_honours, entered_at)
SELECT honorees.id, honorees.id, 'rule', 1, MIN(honours.created_at)
FROM honorees JOIN honours ON honours.honoree_id = honorees.id
WHERE honours.revoked_at IS NULL
GROUP BY honorees.id;
