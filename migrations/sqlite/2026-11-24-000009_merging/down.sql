DELETE FROM transitions WHERE action IN ('merge', 'unmerge');
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
    CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke')),
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
DROP INDEX tallies_candidate;
DROP TABLE merge_items;
DROP TABLE merges;
