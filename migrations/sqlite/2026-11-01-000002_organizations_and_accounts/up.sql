-- The tree city → district → unit (→ unit).
CREATE TABLE organizations (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    parent_id BLOB REFERENCES organizations (id),
    district_id BLOB REFERENCES organizations (id),
    code TEXT,
    name TEXT NOT NULL,
    headcount INTEGER,
    responsible_name TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    list_title TEXT,
    list_issuer TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT organizations_kind_known CHECK (kind IN ('city', 'district', 'unit')),
    CONSTRAINT organizations_shape CHECK ((kind = 'city') = (parent_id IS NULL)),
    CONSTRAINT organizations_headcount CHECK (headcount >= 0),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX organizations_root ON organizations (kind) WHERE kind = 'city';
CREATE UNIQUE INDEX organizations_code ON organizations (code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX organizations_name ON organizations (parent_id, name);
CREATE INDEX organizations_page ON organizations (created_at, id);
CREATE INDEX organizations_district ON organizations (district_id);

-- 活动领导小组: one per organization.
CREATE TABLE leadership_groups (
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    head TEXT,
    deputies BLOB NOT NULL,
    members BLOB NOT NULL,
    office_director TEXT,
    office_phone TEXT,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id)
) STRICT;

-- Accounts of people and services.
CREATE TABLE users (
    id BLOB NOT NULL,
    username TEXT NOT NULL,
    username_folded TEXT NOT NULL,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    organization_id BLOB REFERENCES organizations (id),
    phone_cipher BLOB,
    phone_masked TEXT,
    phone_index BLOB,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    auth_version INTEGER NOT NULL,
    failed_logins INTEGER NOT NULL,
    locked_until INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT users_role_known CHECK (role IN ('citizen', 'unit_reviewer', 'district_reviewer', 'city_reviewer', 'portal', 'admin')),
    CONSTRAINT users_username UNIQUE (username_folded),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX users_page ON users (created_at, id);
CREATE INDEX users_organization ON users (organization_id, role);

-- Rotating refresh tokens; using one twice ends its family.
CREATE TABLE refresh_tokens (
    id BLOB NOT NULL,
    family_id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    digest BLOB NOT NULL,
    auth_version INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER,
    CONSTRAINT refresh_tokens_digest UNIQUE (digest),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
