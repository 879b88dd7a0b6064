-- Reviewers' decisions.
CREATE TABLE reviews (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    stage TEXT COLLATE "C" NOT NULL,
    decision TEXT COLLATE "C" NOT NULL,
    opinion TEXT COLLATE "C" NOT NULL,
    checklist JSONB NOT NULL,
    reviewer_id UUID NOT NULL REFERENCES users (id),
    organization_id UUID REFERENCES organizations (id),
    acting_for TEXT COLLATE "C",
    from_status TEXT COLLATE "C" NOT NULL,
    to_status TEXT COLLATE "C" NOT NULL,
    candidate_version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT reviews_stage_known CHECK (stage IN ('unit_verification', 'district_endorsement', 'city_screening', 'forwarding', 'listing')),
    CONSTRAINT reviews_decision_known CHECK (decision IN ('approve', 'return', 'reject')),
    CONSTRAINT reviews_acting_for_known CHECK (acting_for IN ('unit', 'district')),
    CONSTRAINT reviews_from_status_known CHECK (from_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT reviews_to_status_known CHECK (to_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    PRIMARY KEY (id)
);
CREATE INDEX reviews_candidate ON reviews (candidate_id, created_at, id);
CREATE INDEX reviews_reviewer ON reviews (reviewer_id, candidate_id);

-- The history of every candidate.
CREATE TABLE transitions (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    action TEXT COLLATE "C" NOT NULL,
    from_status TEXT COLLATE "C",
    to_status TEXT COLLATE "C" NOT NULL,
    actor_id UUID REFERENCES users (id),
    actor_role TEXT COLLATE "C",
    organization_id UUID REFERENCES organizations (id),
    reason TEXT COLLATE "C",
    review_id UUID REFERENCES reviews (id),
    candidate_version BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke')),
    CONSTRAINT transitions_from_status_known CHECK (from_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_to_status_known CHECK (to_status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT transitions_actor_role_known CHECK (actor_role IN ('citizen', 'unit_reviewer', 'district_reviewer', 'city_reviewer', 'portal', 'admin')),
    PRIMARY KEY (id)
);
CREATE INDEX transitions_candidate ON transitions (candidate_id, at, id);
CREATE INDEX transitions_cycle ON transitions (cycle, at);
