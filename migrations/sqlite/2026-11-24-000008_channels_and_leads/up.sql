-- Recommendation channels in use: a web page, a newspaper's column, a telephone number, a counter.
CREATE TABLE channels (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    outlet TEXT,
    url TEXT,
    phones BLOB NOT NULL,
    address TEXT,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    responsible_name TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT channels_kind_known CHECK (kind IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX channels_name ON channels (organization_id, kind, name);
CREATE INDEX channels_page ON channels (created_at, id);

-- Through which channel in use a recommendation came.
ALTER TABLE nominations ADD COLUMN channel_id BLOB REFERENCES channels (id);

-- Places named in short messages are looked up by name.
CREATE INDEX organizations_by_name ON organizations (name);

-- 线索: what came in before it is a nomination. The text and all that was read from it goes when a dismissed one is erased.
CREATE TABLE leads (
    id BLOB NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    channel_id BLOB REFERENCES channels (id),
    organization_id BLOB REFERENCES organizations (id),
    assignment_reason TEXT,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    text TEXT,
    parsed BLOB,
    user_id BLOB REFERENCES users (id),
    operator_id BLOB REFERENCES users (id),
    tracking_digest BLOB,
    name_cipher BLOB,
    name_masked TEXT,
    phone_cipher BLOB,
    phone_masked TEXT,
    phone_index BLOB,
    candidate_id BLOB REFERENCES candidates (id),
    nomination_id BLOB REFERENCES nominations (id),
    reason TEXT,
    decided_by BLOB REFERENCES users (id),
    decided_at INTEGER,
    erased_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT leads_status_known CHECK (status IN ('received', 'promoted', 'dismissed')),
    CONSTRAINT leads_channel_known CHECK (channel IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    CONSTRAINT leads_promoted CHECK ((status = 'promoted') = (candidate_id IS NOT NULL) AND (status = 'promoted') = (nomination_id IS NOT NULL)),
    CONSTRAINT leads_erased CHECK (erased_at IS NULL OR status = 'dismissed'),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX leads_page ON leads (created_at, id);
CREATE INDEX leads_status ON leads (status, created_at, id);
CREATE INDEX leads_organization ON leads (organization_id, created_at, id);
CREATE INDEX leads_candidate ON leads (candidate_id);
CREATE INDEX leads_to_erase ON leads (cycle, decided_at) WHERE status = 'dismissed' AND erased_at IS NULL;
