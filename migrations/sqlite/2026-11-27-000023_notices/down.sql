DROP TABLE reminder_rounds;
CREATE TABLE plain_notifications (
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
INSERT INTO plain_notifications SELECT id, user_id, kind, comment_id, candidate_id, reason, created_at, read_at
FROM notifications WHERE kind IN ('comment_held', 'comment_shown', 'comment_hidden');
DROP TABLE notifications;
ALTER TABLE plain_notifications RENAME TO notifications;
CREATE INDEX notifications_page ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
