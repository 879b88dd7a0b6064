-- The tree city → district → unit (→ unit).
CREATE TABLE organizations (
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    parent_id UUID REFERENCES organizations (id),
    district_id UUID REFERENCES organizations (id),
    code TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    headcount INTEGER,
    responsible_name TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    list_title TEXT COLLATE "C",
    list_issuer TEXT COLLATE "C",
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT organizations_kind_known CHECK (kind IN ('city', 'district', 'unit')),
    CONSTRAINT organizations_shape CHECK ((kind = 'city') = (parent_id IS NULL)),
    CONSTRAINT organizations_headcount CHECK (headcount >= 0),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX organizations_root ON organizations (kind) WHERE kind = 'city';
CREATE UNIQUE INDEX organizations_code ON organizations (code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX organizations_name ON organizations (parent_id, name);
CREATE INDEX organizations_page ON organizations (created_at, id);
CREATE INDEX organizations_district ON organizations (district_id);

-- 活动领导小组: one per organization.
CREATE TABLE leadership_groups (
    organization_id UUID NOT NULL REFERENCES organizations (id),
    head TEXT COLLATE "C",
    deputies JSONB NOT NULL,
    members JSONB NOT NULL,
    office_director TEXT COLLATE "C",
    office_phone TEXT COLLATE "C",
    version BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id)
);

-- Accounts of people and services.
CREATE TABLE users (
    id UUID NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    username_folded TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    organization_id UUID REFERENCES organizations (id),
    phone_cipher BYTEA,
    phone_masked TEXT COLLATE "C",
    phone_index BYTEA,
    active BOOLEAN NOT NULL,
    auth_version BIGINT NOT NULL,
    failed_logins INTEGER NOT NULL,
    locked_until TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT users_role_known CHECK (role IN ('citizen', 'unit_reviewer', 'district_reviewer', 'city_reviewer', 'portal', 'admin')),
    CONSTRAINT users_username UNIQUE (username_folded),
    PRIMARY KEY (id)
);
CREATE INDEX users_page ON users (created_at, id);
CREATE INDEX users_organization ON users (organization_id, role);

-- Rotating refresh tokens; using one twice ends its family.
CREATE TABLE refresh_tokens (
    id UUID NOT NULL,
    family_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    digest BYTEA NOT NULL,
    auth_version BIGINT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT refresh_tokens_digest UNIQUE (digest),
    PRIMARY KEY (id)
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
