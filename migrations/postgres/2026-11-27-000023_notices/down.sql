DROP TABLE reminder_rounds;
DELETE FROM notifications WHERE kind NOT IN ('comment_held', 'comment_shown', 'comment_hidden');
ALTER TABLE notifications
    DROP CONSTRAINT notifications_once,
    DROP CONSTRAINT notifications_kind_known,
    ADD CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden')),
    DROP COLUMN notice,
    DROP COLUMN waiting,
    DROP COLUMN batch_id,
    DROP COLUMN webhook_id,
    DROP COLUMN deadline_at,
    DROP COLUMN cycle;
