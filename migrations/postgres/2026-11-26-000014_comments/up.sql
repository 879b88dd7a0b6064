-- Comments on candidates, and replies in the thread below one. The text goes when the author deletes it.
-- `listed` is kept beside what it follows from, so that the public list walks one index.
CREATE TABLE comments (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    district_id UUID NOT NULL REFERENCES organizations (id),
    unit_id UUID REFERENCES organizations (id),
    author_id UUID NOT NULL REFERENCES users (id),
    parent_id UUID REFERENCES comments (id),
    reply_to_id UUID REFERENCES comments (id),
    body TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    listed BOOLEAN NOT NULL,
    hold_reason TEXT COLLATE "C",
    held_words JSONB NOT NULL,
    shown_replies INTEGER NOT NULL,
    open_reports INTEGER NOT NULL,
    decision TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    decided_by UUID REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT comments_status_known CHECK (status IN ('held', 'shown', 'hidden', 'deleted')),
    CONSTRAINT comments_hold_known CHECK (hold_reason IN ('pre_moderation', 'words', 'reports')),
    CONSTRAINT comments_decision_known CHECK (decision IN ('show', 'hide')),
    CONSTRAINT comments_held CHECK (status <> 'held' OR hold_reason IS NOT NULL),
    CONSTRAINT comments_deleted CHECK ((status = 'deleted') = (body IS NULL)),
    CONSTRAINT comments_counted CHECK (shown_replies >= 0 AND open_reports >= 0),
    CONSTRAINT comments_listed CHECK (listed = (status = 'shown' OR shown_replies > 0)),
    PRIMARY KEY (id)
);
CREATE INDEX comments_threads ON comments (candidate_id, listed, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX comments_replies ON comments (parent_id, status, created_at, id);
CREATE INDEX comments_queue ON comments (status, created_at, id);
CREATE INDEX comments_district ON comments (district_id, status, created_at, id);
CREATE INDEX comments_candidate ON comments (candidate_id, created_at, id);
CREATE INDEX comments_author ON comments (author_id, created_at, id);
CREATE INDEX comments_reported ON comments (created_at, id) WHERE open_reports > 0;

-- Who has reported a comment: each person once.
CREATE TABLE comment_reports (
    comment_id UUID NOT NULL REFERENCES comments (id),
    user_id UUID NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT comment_reports_kind_known CHECK (kind IN ('abuse', 'advertising', 'privacy', 'falsehood', 'other')),
    PRIMARY KEY (comment_id, user_id)
);
CREATE INDEX comment_reports_page ON comment_reports (comment_id, created_at, user_id);

-- The words for which comments are held, and the phrases that are allowed although they contain one: one row. What is
-- short stands before what is long, so that asking for the version does not read the words.
CREATE TABLE word_lists (
    id INTEGER NOT NULL CHECK (id = 1),
    version BIGINT NOT NULL,
    updated_by UUID REFERENCES users (id),
    updated_at TIMESTAMPTZ,
    words JSONB NOT NULL,
    allowed JSONB NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO word_lists (id, version, words, allowed) VALUES (1, 1, '[]', '[]');

-- What accounts are told of.
CREATE TABLE notifications (
    id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL,
    comment_id UUID REFERENCES comments (id),
    candidate_id UUID REFERENCES candidates (id),
    reason TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden')),
    PRIMARY KEY (id)
);
CREATE INDEX notifications_page ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
