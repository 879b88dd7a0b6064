DELETE FROM honoree_merger_items WHERE kind IN ('contact', 'note');

ALTER TABLE contact_alarms DROP COLUMN lost_on, DROP COLUMN lost_after, DROP COLUMN level_on;

-- Who had approved what was taken back is lost here: the older schema has one decision.
UPDATE assistance SET decided_by = withdrawn_by, decision_reason = withdrawn_reason, decided_at = withdrawn_at
    WHERE status = 'withdrawn';
ALTER TABLE assistance
    DROP CONSTRAINT assistance_withdrawn,
    DROP COLUMN withdrawn_by,
    DROP COLUMN withdrawn_reason,
    DROP COLUMN withdrawn_at;

ALTER TABLE outside_honours ALTER COLUMN awarded_on TYPE TEXT COLLATE "C" USING to_char(to_date(awarded_on::text, 'YYYYMMDD'), 'YYYY-MM-DD');
ALTER TABLE outside_certificates ALTER COLUMN issued_on TYPE TEXT COLLATE "C" USING to_char(to_date(issued_on::text, 'YYYYMMDD'), 'YYYY-MM-DD');
ALTER TABLE pool_recommendations ALTER COLUMN announced_on TYPE TEXT COLLATE "C" USING to_char(to_date(announced_on::text, 'YYYYMMDD'), 'YYYY-MM-DD');
