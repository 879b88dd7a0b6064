-- 宣传记录: where an honoree's deeds were told of. `published_on` is a local day, such as 20261105.
CREATE TABLE publicity_records (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    outlet TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    published_on INTEGER NOT NULL,
    honour_id BLOB REFERENCES honours (id),
    note TEXT,
    entered_by BLOB NOT NULL REFERENCES users (id),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT publicity_records_kind_known CHECK (kind IN ('newspaper', 'television', 'radio', 'website', 'social_media', 'lecture', 'exhibition', 'other')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX publicity_records_honoree ON publicity_records (honoree_id, created_at, id);
CREATE INDEX publicity_records_page ON publicity_records (created_at, id);
CREATE INDEX publicity_records_day ON publicity_records (published_on, kind);

-- 活动启事 and items of columns. `told_at`: when the publication was told of. One that was taken away keeps its row, so that
-- the moment of the last change is known.
CREATE TABLE announcements (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    column_name TEXT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT,
    cycle INTEGER REFERENCES cycles (month),
    honoree_id BLOB REFERENCES honorees (id),
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    publish_at INTEGER,
    expires_at INTEGER,
    pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    told_at INTEGER,
    removed_at INTEGER,
    entered_by BLOB NOT NULL REFERENCES users (id),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT announcements_kind_known CHECK (kind IN ('notice', 'column_item')),
    CONSTRAINT announcements_column CHECK ((kind = 'column_item') = (column_name IS NOT NULL)),
    CONSTRAINT announcements_window CHECK (expires_at IS NULL OR (publish_at IS NOT NULL AND expires_at > publish_at)),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX announcements_public ON announcements (publish_at, id) WHERE removed_at IS NULL AND publish_at IS NOT NULL;
CREATE INDEX announcements_expiring ON announcements (expires_at) WHERE removed_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX announcements_untold ON announcements (publish_at) WHERE removed_at IS NULL AND told_at IS NULL AND publish_at IS NOT NULL;
CREATE INDEX announcements_page ON announcements (created_at, id) WHERE removed_at IS NULL;
CREATE INDEX announcements_honoree ON announcements (honoree_id) WHERE honoree_id IS NOT NULL;
CREATE INDEX announcements_changed ON announcements (updated_at);

-- When lists have changed last, for who follows them.
CREATE INDEX honours_revoked ON honours (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX candidates_withheld ON candidates (withheld_at) WHERE withheld_at IS NOT NULL;
