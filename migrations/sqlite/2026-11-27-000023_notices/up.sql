-- Notifications tell of candidates, deadlines, packages and webhooks too. `notice` names what may be told an account once.
CREATE TABLE notices (
    id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    comment_id BLOB REFERENCES comments (id),
    candidate_id BLOB REFERENCES candidates (id),
    reason TEXT,
    cycle INTEGER,
    deadline_at INTEGER,
    waiting INTEGER,
    batch_id BLOB REFERENCES batches (id),
    webhook_id BLOB,
    notice TEXT,
    created_at INTEGER NOT NULL,
    read_at INTEGER,
    CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused')),
    CONSTRAINT notifications_once UNIQUE (user_id, notice),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO notices (id, user_id, kind, comment_id, candidate_id, reason, created_at, read_at)
SELECT id, user_id, kind, comment_id, candidate_id, reason, created_at, read_at FROM notifications;
DROP TABLE notifications;
ALTER TABLE notices RENAME TO notifications;
CREATE INDEX notifications_page ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;

-- The rounds of reminders that everybody was told in.
CREATE TABLE reminder_rounds (
    notice TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    PRIMARY KEY (notice)
) STRICT;
