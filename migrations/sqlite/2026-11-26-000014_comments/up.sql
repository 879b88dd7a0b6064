-- Comments on candidates, and replies in the thread below one. The text goes when the author deletes it.
-- `listed` is kept beside what it follows from, so that the public list walks one index.
CREATE TABLE comments (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    district_id BLOB NOT NULL REFERENCES organizations (id),
    unit_id BLOB REFERENCES organizations (id),
    author_id BLOB NOT NULL REFERENCES users (id),
    parent_id BLOB REFERENCES comments (id),
    reply_to_id BLOB REFERENCES comments (id),
    body TEXT,
    status TEXT NOT NULL,
    listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
    hold_reason TEXT,
    held_words BLOB NOT NULL,
    shown_replies INTEGER NOT NULL,
    open_reports INTEGER NOT NULL,
    decision TEXT,
    reason TEXT,
    decided_by BLOB REFERENCES users (id),
    decided_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CONSTRAINT comments_status_known CHECK (status IN ('held', 'shown', 'hidden', 'deleted')),
    CONSTRAINT comments_hold_known CHECK (hold_reason IN ('pre_moderation', 'words', 'reports')),
    CONSTRAINT comments_decision_known CHECK (decision IN ('show', 'hide')),
    CONSTRAINT comments_held CHECK (status <> 'held' OR hold_reason IS NOT NULL),
    CONSTRAINT comments_deleted CHECK ((status = 'deleted') = (body IS NULL)),
    CONSTRAINT comments_counted CHECK (shown_replies >= 0 AND open_reports >= 0),
    CONSTRAINT comments_listed CHECK (listed = (status = 'shown' OR shown_replies > 0)),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX comments_threads ON comments (candidate_id, listed, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX comments_replies ON comments (parent_id, status, created_at, id);
CREATE INDEX comments_queue ON comments (status, created_at, id);
CREATE INDEX comments_district ON comments (district_id, status, created_at, id);
CREATE INDEX comments_candidate ON comments (candidate_id, created_at, id);
CREATE INDEX comments_author ON comments (author_id, created_at, id);
CREATE INDEX comments_reported ON comments (created_at, id) WHERE open_reports > 0;

-- Who has reported a comment: each person once.
CREATE TABLE comment_reports (
    comment_id BLOB NOT NULL REFERENCES comments (id),
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    note TEXT,
    created_at INTEGER NOT NULL,
    CONSTRAINT comment_reports_kind_known CHECK (kind IN ('abuse', 'advertising', 'privacy', 'falsehood', 'other')),
    PRIMARY KEY (comment_id, user_id)
) STRICT;
CREATE INDEX comment_reports_page ON comment_reports (comment_id, created_at, user_id);

-- The words for which comments are held, and the phrases that are allowed although they contain one: one row. What is
-- short stands before what is long, so that asking for the version does not read the words.
CREATE TABLE word_lists (
    id INTEGER NOT NULL CHECK (id = 1),
    version INTEGER NOT NULL,
    updated_by BLOB REFERENCES users (id),
    updated_at INTEGER,
    words BLOB NOT NULL,
    allowed BLOB NOT NULL,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO word_lists (id, version, words, allowed) VALUES (1, 1, CAST('[]' AS BLOB), CAST('[]' AS BLOB));

-- What accounts are told of.
CREATE TABLE notifications (
    id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    comment_id BLOB REFERENCES comments (id),
    candidate_id BLOB REFERENCES candidates (id),
    reason TEXT,
    created_at INTEGER NOT NULL,
    read_at INTEGER,
    CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX notifications_page ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
