-- Two honorees turn out to be one: the merged one points to the survivor, and each row that was handed over is noted.
ALTER TABLE honorees ADD COLUMN merged_into BLOB REFERENCES honorees (id);
CREATE INDEX honorees_merged ON honorees (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE honoree_mergers (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    survivor_id BLOB NOT NULL REFERENCES honorees (id),
    reason TEXT NOT NULL,
    merged_by BLOB NOT NULL REFERENCES users (id),
    merged_at INTEGER NOT NULL,
    undone_by BLOB REFERENCES users (id),
    undone_at INTEGER,
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX honoree_mergers_standing ON honoree_mergers (honoree_id) WHERE undone_at IS NULL;
CREATE INDEX honoree_mergers_survivor ON honoree_mergers (survivor_id);
CREATE TABLE honoree_merger_items (
    merger_id BLOB NOT NULL REFERENCES honoree_mergers (id),
    kind TEXT NOT NULL,
    item_id BLOB NOT NULL,
    PRIMARY KEY (merger_id, kind, item_id)
) STRICT;

-- Honours that others have given, recorded by the city. Days are local, as 2026-11-25.
CREATE TABLE outside_honours (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    level TEXT NOT NULL,
    title TEXT NOT NULL,
    issuer TEXT NOT NULL,
    number TEXT,
    awarded_on TEXT NOT NULL,
    category TEXT REFERENCES categories (code),
    source_url TEXT,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    revoked_at INTEGER,
    revoked_reason TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT outside_honours_level_known CHECK (level IN ('district', 'municipal', 'provincial', 'national')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX outside_honours_honoree ON outside_honours (honoree_id, created_at, id);

-- The pool of moral models: every entry with its end; nobody is in it twice at once.
CREATE TABLE pool_entries (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    cause TEXT NOT NULL,
    min_honours INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    left_at INTEGER,
    left_cause TEXT,
    left_reason TEXT,
    left_by BLOB REFERENCES users (id),
    CONSTRAINT pool_entries_cause_known CHECK (cause IN ('rule', 'recommendation')),
    CONSTRAINT pool_entries_left_cause_known CHECK (left_cause IN ('rule', 'city', 'merger')),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX pool_entries_inside ON pool_entries (honoree_id) WHERE left_at IS NULL;
CREATE INDEX pool_entries_honoree ON pool_entries (honoree_id, entered_at, id);

-- Recommendations of people of the pool to a higher level; one at a time for each person and level.
CREATE TABLE pool_recommendations (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    level TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    material TEXT,
    proposed_by BLOB NOT NULL REFERENCES users (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    title TEXT,
    announced_on TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT pool_recommendations_level_known CHECK (level IN ('municipal_model', 'provincial', 'national')),
    CONSTRAINT pool_recommendations_status_known CHECK (status IN ('proposed', 'returned', 'approved', 'rejected', 'chosen', 'not_chosen', 'lapsed')),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX pool_recommendations_open ON pool_recommendations (honoree_id, level) WHERE status IN ('proposed', 'returned', 'approved');
CREATE INDEX pool_recommendations_page ON pool_recommendations (created_at, id);
CREATE INDEX pool_recommendations_honoree ON pool_recommendations (honoree_id, created_at, id);

-- What was done with a recommendation, step by step.
CREATE TABLE pool_steps (
    id BLOB NOT NULL,
    recommendation_id BLOB NOT NULL REFERENCES pool_recommendations (id),
    kind TEXT NOT NULL,
    words TEXT,
    actor_id BLOB REFERENCES users (id),
    organization_id BLOB REFERENCES organizations (id),
    at INTEGER NOT NULL,
    CONSTRAINT pool_steps_kind_known CHECK (kind IN ('proposed', 'resubmitted', 'returned', 'approved', 'rejected', 'chosen', 'not_chosen', 'lapsed')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX pool_steps_recommendation ON pool_steps (recommendation_id, at, id);

-- Whoever holds an honour already is in the pool by the rule, from the first of them on.
INSERT INTO pool_entries (id, honoree_id, cause, min_honours, entered_at)
SELECT honorees.id, honorees.id, 'rule', 1, MIN(honours.created_at)
FROM honorees JOIN honours ON honours.honoree_id = honorees.id
WHERE honours.revoked_at IS NULL
GROUP BY honorees.id;
