-- Where an honoree belongs: the district of the endorsement and the unit of the latest honour. Who looks after whom hangs on it.
ALTER TABLE honorees
    ADD COLUMN district_id UUID REFERENCES organizations (id),
    ADD COLUMN unit_id UUID REFERENCES organizations (id);
UPDATE honorees SET
    district_id = (SELECT candidates.district_id FROM honours JOIN candidates ON candidates.id = honours.candidate_id
        WHERE honours.honoree_id = honorees.id ORDER BY honours.cycle DESC LIMIT 1),
    unit_id = (SELECT candidates.unit_id FROM honours JOIN candidates ON candidates.id = honours.candidate_id
        WHERE honours.honoree_id = honorees.id ORDER BY honours.cycle DESC LIMIT 1);
CREATE INDEX honorees_place ON honorees (district_id, unit_id);

-- Accounts are told of what comes after the list.
ALTER TABLE notifications
    ADD COLUMN honoree_id UUID REFERENCES honorees (id),
    DROP CONSTRAINT notifications_kind_known,
    ADD CONSTRAINT notifications_kind_known CHECK (kind IN ('comment_held', 'comment_shown', 'comment_hidden', 'candidate_returned', 'candidate_verified', 'candidate_endorsed', 'candidate_screened', 'candidate_forwarded', 'candidate_listed', 'candidate_not_listed', 'candidate_rejected', 'candidate_reinstated', 'candidate_revoked', 'deadline', 'package_failed', 'webhook_paused', 'visits_due', 'contact_lost', 'assistance_waiting', 'honour_revoked', 'pool_recommended', 'pool_decided', 'delegated'));

-- Certificates of a month are written by long work.
ALTER TABLE operations
    DROP CONSTRAINT operations_kind_known,
    ADD CONSTRAINT operations_kind_known CHECK (kind IN ('nomination_import', 'candidate_export', 'certificate_export'));
