-- Mergers: who was merged into whom, what both were before, and when it was undone. The version of the survivor is the one
-- after the merger: while it stands, nothing has followed.
CREATE TABLE merges (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    survivor_id UUID NOT NULL REFERENCES candidates (id),
    former_status TEXT COLLATE "C" NOT NULL,
    former_since TIMESTAMPTZ NOT NULL,
    survivor_status TEXT COLLATE "C" NOT NULL,
    survivor_since TIMESTAMPTZ NOT NULL,
    survivor_version BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    merged_by UUID NOT NULL REFERENCES users (id),
    merged_at TIMESTAMPTZ NOT NULL,
    undone_by UUID REFERENCES users (id),
    undone_at TIMESTAMPTZ,
    CONSTRAINT merges_former_status_known CHECK (former_status IN ('nominated', 'verified', 'returned')),
    CONSTRAINT merges_survivor_status_known CHECK (survivor_status IN ('nominated', 'verified', 'returned')),
    CONSTRAINT merges_two CHECK (candidate_id <> survivor_id),
    CONSTRAINT merges_undone CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX merges_standing ON merges (candidate_id) WHERE undone_at IS NULL;
CREATE INDEX merges_survivor ON merges (survivor_id, merged_at, id);

-- What a merger handed over to the survivor, with what is needed to bring it back. A photo may be removed meanwhile.
CREATE TABLE merge_items (
    merge_id UUID NOT NULL REFERENCES merges (id),
    item_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    was_first BOOLEAN,
    position INTEGER,
    CONSTRAINT merge_items_kind_known CHECK (kind IN ('nomination', 'photo', 'lead')),
    PRIMARY KEY (merge_id, item_id)
);

-- Whether anybody voted for a candidate, in whatever cycle.
CREATE INDEX tallies_candidate ON tallies (candidate);

-- Two more actions, and the other candidate that they concern.
ALTER TABLE transitions DROP CONSTRAINT transitions_action_known;
ALTER TABLE transitions ADD CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke', 'merge', 'unmerge'));
ALTER TABLE transitions ADD COLUMN other_candidate_id UUID REFERENCES candidates (id);
