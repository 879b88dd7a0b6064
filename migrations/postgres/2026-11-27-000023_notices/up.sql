-- Notifications tell of candidates, deadlines, packages and webhooks too. `notice` names what may be told an account once.
ALTER TABLE notifications
    ADD COLUMN cycle INTEGER,
    ADD COLUMN deadline_at TIMESTAMPTZ,
    ADD COLUMN waiting BIGINT,
    ADD COLUMN batch_id UUID REFERENCES batches (id),
    ADD COLUMN webhook_id UUID,
    ADD COLUMN notice TEXT COLLATE "C",
    DROP CONSTRAINT notifications_kind_known,
    ADD CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused')),
    ADD CONSTRAINT notifications_once UNIQUE (user_id, notice);

-- The rounds of reminders that everybody was told in.
CREATE TABLE reminder_rounds (
    notice TEXT COLLATE "C" NOT NULL,
    done_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (notice)
);
