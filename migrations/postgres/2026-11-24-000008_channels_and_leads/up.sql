-- Recommendation channels in use: a web page, a newspaper's column, a telephone number, a counter.
CREATE TABLE channels (
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    outlet TEXT COLLATE "C",
    url TEXT COLLATE "C",
    phones JSONB NOT NULL,
    address TEXT COLLATE "C",
    organization_id UUID NOT NULL REFERENCES organizations (id),
    responsible_name TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT channels_kind_known CHECK (kind IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX channels_name ON channels (organization_id, kind, name);
CREATE INDEX channels_page ON channels (created_at, id);

-- Through which channel in use a recommendation came.
ALTER TABLE nominations ADD COLUMN channel_id UUID REFERENCES channels (id);

-- Places named in short messages are looked up by name.
CREATE INDEX organizations_by_name ON organizations (name);

-- 线索: what came in before it is a nomination. The text and all that was read from it goes when a dismissed one is erased.
CREATE TABLE leads (
    id UUID NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    channel_id UUID REFERENCES channels (id),
    organization_id UUID REFERENCES organizations (id),
    assignment_reason TEXT COLLATE "C",
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    text TEXT COLLATE "C",
    parsed JSONB,
    user_id UUID REFERENCES users (id),
    operator_id UUID REFERENCES users (id),
    tracking_digest BYTEA,
    name_cipher BYTEA,
    name_masked TEXT COLLATE "C",
    phone_cipher BYTEA,
    phone_masked TEXT COLLATE "C",
    phone_index BYTEA,
    candidate_id UUID REFERENCES candidates (id),
    nomination_id UUID REFERENCES nominations (id),
    reason TEXT COLLATE "C",
    decided_by UUID REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT leads_status_known CHECK (status IN ('received', 'promoted', 'dismissed')),
    CONSTRAINT leads_channel_known CHECK (channel IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    CONSTRAINT leads_promoted CHECK ((status = 'promoted') = (candidate_id IS NOT NULL) AND (status = 'promoted') = (nomination_id IS NOT NULL)),
    CONSTRAINT leads_erased CHECK (erased_at IS NULL OR status = 'dismissed'),
    PRIMARY KEY (id)
);
CREATE INDEX leads_page ON leads (created_at, id);
CREATE INDEX leads_status ON leads (status, created_at, id);
CREATE INDEX leads_organization ON leads (organization_id, created_at, id);
CREATE INDEX leads_candidate ON leads (candidate_id);
CREATE INDEX leads_to_erase ON leads (cycle, decided_at) WHERE status = 'dismissed' AND erased_at IS NULL;
