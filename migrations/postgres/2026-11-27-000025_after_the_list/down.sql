DELETE FROM operations WHERE kind NOT IN ('nomination_import', 'candidate_export');
ALTER TABLE operations
    DROP CONSTRAINT operations_kind_known,
    ADD CONSTRAINT operations_kind_known CHECK (kind IN ('nomination_import', 'candidate_export'));
DELETE FROM notifications WHERE kind NOT IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused');
ALTER TABLE notifications
    DROP COLUMN honoree_id,
    DROP CONSTRAINT notifications_kind_known,
    ADD CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused'));
DROP INDEX honorees_place;
ALTER TABLE honorees
    DROP COLUMN unit_id,
    DROP COLUMN district_id;
