-- A leadership group has a term and an appointing document; `since` is the first day on which it was in force, empty for
-- groups from before there was one. Days are numbers such as 20261127.
ALTER TABLE leadership_groups ADD COLUMN term_from INTEGER;
ALTER TABLE leadership_groups ADD COLUMN term_to INTEGER CONSTRAINT leadership_groups_term CHECK (term_to >= term_from);
ALTER TABLE leadership_groups ADD COLUMN document TEXT;
ALTER TABLE leadership_groups ADD COLUMN since INTEGER;

-- Groups that were replaced, with the days on which they were in force; `in_force_until` is the first day on which they were not.
CREATE TABLE leadership_history (
    id BLOB NOT NULL,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    head TEXT,
    deputies BLOB NOT NULL,
    members BLOB NOT NULL,
    office_director TEXT,
    office_phone TEXT,
    term_from INTEGER,
    term_to INTEGER,
    document TEXT,
    in_force_from INTEGER NOT NULL,
    in_force_until INTEGER NOT NULL,
    version INTEGER NOT NULL,
    replaced_by BLOB NOT NULL REFERENCES users (id),
    replaced_at INTEGER NOT NULL,
    CONSTRAINT leadership_history_days CHECK (in_force_until >= in_force_from),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX leadership_history_page ON leadership_history (organization_id, replaced_at, id);

-- Who stands in for whom: roles and organizations as they were when it was entered, and must still be.
CREATE TABLE delegations (
    id BLOB NOT NULL,
    delegator_id BLOB NOT NULL REFERENCES users (id),
    delegator_role TEXT NOT NULL,
    delegator_organization_id BLOB NOT NULL REFERENCES organizations (id),
    delegate_id BLOB NOT NULL REFERENCES users (id),
    delegate_role TEXT NOT NULL,
    delegate_organization_id BLOB NOT NULL REFERENCES organizations (id),
    begins_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    entered_by BLOB NOT NULL REFERENCES users (id),
    revoked_by BLOB REFERENCES users (id),
    revoked_at INTEGER,
    revoked_reason TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT delegations_persons CHECK (delegator_id <> delegate_id),
    CONSTRAINT delegations_days CHECK (begins_at < ends_at),
    CONSTRAINT delegations_roles_known CHECK (delegator_role IN ('unit_reviewer', 'district_reviewer', 'city_reviewer') AND delegate_role IN ('unit_reviewer', 'district_reviewer', 'city_reviewer')),
    CONSTRAINT delegations_revoked CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX delegations_page ON delegations (created_at, id);
CREATE INDEX delegations_delegator ON delegations (delegator_id, created_at, id);
CREATE INDEX delegations_delegate ON delegations (delegate_id, created_at, id);

-- In whose place a delegate decided.
ALTER TABLE reviews ADD COLUMN on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE transitions ADD COLUMN on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE notifications ADD COLUMN delegation_id BLOB REFERENCES delegations (id);

-- What a unit has decided in a cycle, and when for the last time.
CREATE INDEX reviews_organization ON reviews (organization_id, cycle, created_at);
