-- A leadership group has a term and an appointing document; `since` is the first day on which it was in force, empty for
-- groups from before there was one. Days are numbers such as 20261127.
ALTER TABLE leadership_groups
    ADD COLUMN term_from INTEGER,
    ADD COLUMN term_to INTEGER,
    ADD COLUMN document TEXT COLLATE "C",
    ADD COLUMN since INTEGER,
    ADD CONSTRAINT leadership_groups_term CHECK (term_to >= term_from);

-- Groups that were replaced, with the days on which they were in force; `in_force_until` is the first day on which they were not.
CREATE TABLE leadership_history (
    id UUID NOT NULL,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    head TEXT COLLATE "C",
    deputies JSONB NOT NULL,
    members JSONB NOT NULL,
    office_director TEXT COLLATE "C",
    office_phone TEXT COLLATE "C",
    term_from INTEGER,
    term_to INTEGER,
    document TEXT COLLATE "C",
    in_force_from INTEGER NOT NULL,
    in_force_until INTEGER NOT NULL,
    version BIGINT NOT NULL,
    replaced_by UUID NOT NULL REFERENCES users (id),
    replaced_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT leadership_history_days CHECK (in_force_until >= in_force_from),
    PRIMARY KEY (id)
);
CREATE INDEX leadership_history_page ON leadership_history (organization_id, replaced_at, id);

-- Who stands in for whom: roles and organizations as they were when it was entered, and must still be.
CREATE TABLE delegations (
    id UUID NOT NULL,
    delegator_id UUID NOT NULL REFERENCES users (id),
    delegator_role TEXT COLLATE "C" NOT NULL,
    delegator_organization_id UUID NOT NULL REFERENCES organizations (id),
    delegate_id UUID NOT NULL REFERENCES users (id),
    delegate_role TEXT COLLATE "C" NOT NULL,
    delegate_organization_id UUID NOT NULL REFERENCES organizations (id),
    begins_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    entered_by UUID NOT NULL REFERENCES users (id),
    revoked_by UUID REFERENCES users (id),
    revoked_at TIMESTAMPTZ,
    revoked_reason TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT delegations_persons CHECK (delegator_id <> delegate_id),
    CONSTRAINT delegations_days CHECK (begins_at < ends_at),
    CONSTRAINT delegations_roles_known CHECK (delegator_role IN ('unit_reviewer', 'district_reviewer', 'city_reviewer') AND delegate_role IN ('unit_reviewer', 'district_reviewer', 'city_reviewer')),
    CONSTRAINT delegations_revoked CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
    PRIMARY KEY (id)
);
CREATE INDEX delegations_page ON delegations (created_at, id);
CREATE INDEX delegations_delegator ON delegations (delegator_id, created_at, id);
CREATE INDEX delegations_delegate ON delegations (delegate_id, created_at, id);

-- In whose place a delegate decided.
ALTER TABLE reviews ADD COLUMN on_behalf_of UUID REFERENCES users (id);
ALTER TABLE transitions ADD COLUMN on_behalf_of UUID REFERENCES users (id);
ALTER TABLE notifications ADD COLUMN delegation_id UUID REFERENCES delegations (id);

-- What a unit has decided in a cycle, and when for the last time.
CREATE INDEX reviews_organization ON reviews (organization_id, cycle, created_at);
