-- Where an honoree belongs: the district of the endorsement and the unit of the latest honour. Who looks after whom hangs on it.
ALTER TABLE honorees ADD COLUMN district_id BLOB REFERENCES organizations (id);
ALTER TABLE honorees ADD COLUMN unit_id BLOB REFERENCES organizations (id);
UPDATE honorees SET
    district_id = (SELECT candidates.district_id FROM honours JOIN candidates ON candidates.id = honours.candidate_id
        WHERE honours.honoree_id = honorees.id ORDER BY honours.cycle DESC LIMIT 1),
    unit_id = (SELECT candidates.unit_id FROM honours JOIN candidates ON candidates.id = honours.candidate_id
        WHERE honours.honoree_id = honorees.id ORDER BY honours.cycle DESC LIMIT 1);
CREATE INDEX honorees_place ON honorees (district_id, unit_id);

-- Accounts are told of what comes after the list.
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
    honoree_id BLOB REFERENCES honorees (id),
    notice TEXT,
    created_at INTEGER NOT NULL,
    read_at INTEGER,
    CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused', 'visits_due', 'contact_lost', 'assistance_waiting', 'honour_revoked', 'pool_recommended', 'pool_decided', 'delegated')),
    CONSTRAINT notifications_once UNIQUE (user_id, notice),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO notices (id, user_id, kind, comment_id, candidate_id, reason, cycle, deadline_at, waiting, batch_id, webhook_id, notice, created_at, read_at)
SELECT id, user_id, kind, comment_id, candidate_id, reason, cycle, deadline_at, waiting, batch_id, webhook_id, notice, created_at, read_at FROM notifications;
DROP TABLE notifications;
ALTER TABLE notices RENAME TO notifications;
CREATE INDEX notifications_page ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;

-- Certificates of a month are written by long work.
CREATE TABLE works (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    started_by BLOB NOT NULL REFERENCES users (id),
    options BLOB NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    result BLOB,
    problem BLOB,
    lease_until INTEGER NOT NULL,
    taken_at INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    CONSTRAINT operations_kind_known CHECK (kind IN ('nomination_import', 'candidate_export', 'certificate_export')),
    CONSTRAINT operations_status_known CHECK (status IN ('running', 'succeeded', 'failed')),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO works (id, kind, status, started_by, options, done, total, result, problem, lease_until, taken_at, version, created_at, finished_at)
SELECT id, kind, status, started_by, options, done, total, result, problem, lease_until, taken_at, version, created_at, finished_at FROM operations;
DROP TABLE operations;
ALTER TABLE works RENAME TO operations;
CREATE INDEX operations_running ON operations (lease_until) WHERE status = 'running';
