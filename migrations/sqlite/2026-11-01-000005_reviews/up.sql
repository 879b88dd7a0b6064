-- Reviewers' decisions.
CREATE TABLE reviews (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    stage TEXT NOT NULL,
    decision TEXT NOT NULL,
    opinion TEXT NOT NULL,
    checklist BLOB NOT NULL,
    reviewer_id BLOB NOT NULL REFERENCES users (id),
    organization_id BLOB REFERENCES organizations (id),
    acting_for TEXT,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    candidate_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT reviews_stage_known CHECK (stage IN ('unit_verification', 'district_endorsement', 'city_screening', 'forwarding', 'listing')),
    CONSTRAINT reviews_decision_known CHECK (decision IN ('approve', 'return', 'reject')),
    CONSTRAINT reviews_acting_for_known CHECK (acting_for IN ('unit', 'district')),
    CONSTRAINT reviews_from_status_known CHECK (from_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT reviews_to_status_known CHECK (to_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX reviews_candidate ON reviews (candidate_id, created_at, id);
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, candidate_id);

-- The history of every candidate.
CREATE TABLE transitions (
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
    CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke')),
    CONSTRAINT transitions_from_status_known CHECK (from_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_to_status_known CHECK (to_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_actor_role_known CHECK (actor_role IN ('citizen', 'unit_reviewer', 'district_reviewer', 'city_reviewer', 'portal', 'admin')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX transitions_candidate ON transitions (candidate_id, at, id);
CREATE INDEX transitions_cycle ON transitions (cycle, at);
