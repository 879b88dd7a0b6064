-- Mergers: who was merged into whom, what both were before, and when it was undone. The version of the survivor is the one
-- after the merger: while it stands, nothing has followed.
CREATE TABLE merges (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    survivor_id BLOB NOT NULL REFERENCES candidates (id),
    former_status TEXT NOT NULL,
    former_since INTEGER NOT NULL,
    survivor_status TEXT NOT NULL,
    survivor_since INTEGER NOT NULL,
    survivor_version INTEGER NOT NULL,
    reason TEXT NOT NULL,
    merged_by BLOB NOT NULL REFERENCES users (id),
    merged_at INTEGER NOT NULL,
    undone_by BLOB REFERENCES users (id),
    undone_at INTEGER,
    CONSTRAINT merges_former_status_known CHECK (former_status IN ('nominated', 'verified', 'returned')),
    CONSTRAINT merges_survivor_status_known CHECK (survivor_status IN ('nominated', 'verified', 'returned')),
    CONSTRAINT merges_two CHECK (candidate_id <> survivor_id),
    CONSTRAINT merges_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX merges_standing ON merges (candidate_id) WHERE undone_at IS NULL;
CREATE INDEX merges_survivor ON merges (survivor_id, merged_at, id);

-- What a merger handed over to the survivor, with what is needed to bring it back. A photo may be removed meanwhile.
CREATE TABLE merge_items (
    merge_id BLOB NOT NULL REFERENCES merges (id),
    item_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    was_first INTEGER CHECK (was_first IN (0, 1)),
    position INTEGER,
    CONSTRAINT merge_items_kind_known CHECK (kind IN ('nomination', 'photo', 'lead')),
    PRIMARY KEY (merge_id, item_id)
) STRICT;

-- Whether anybody voted for a candidate, in whatever cycle.
CREATE INDEX tallies_candidate ON tallies (candidate);

-- Two more actions, and the other candidate that they concern. A constraint is changed by making the table anew.
CREATE TABLE transitions_anew (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    action TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT NOT NULL,
    actor_id BLOB REFERENCES users (id),
    actor_role TEXT,
    organization_id BLOB REFERENCES organizations (id),
    reason TEXT,
    review_id BLOB REFERENCES reviews (id),
    candidate_version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    other_candidate_id BLOB REFERENCES candidates (id),
    CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke', 'merge', 'unmerge')),
    CONSTRAINT transitions_from_status_known CHECK (from_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_to_status_known CHECK (to_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_actor_role_known CHECK (actor_role IN ('citizen', 'unit_reviewer', 'district_reviewer', 'city_reviewer', 'portal', 'admin')),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO transitions_anew (id, candidate_id, cycle, action, from_status, to_status, actor_id, actor_role, organization_id, reason, review_id, candidate_version, at)
SELECT id, candidate_id, cycle, action, from_status, to_status, actor_id, actor_role, organization_id, reason, review_id, candidate_version, at
FROM transitions;
DROP TABLE transitions;
ALTER TABLE transitions_anew RENAME TO transitions;
CREATE INDEX transitions_candidate ON transitions (candidate_id, at, id);
CREATE INDEX transitions_cycle ON transitions (cycle, at);
