DELETE FROM honoree_merger_items WHERE kind IN ('contact', 'note');

ALTER TABLE contact_alarms DROP COLUMN level_on;
ALTER TABLE contact_alarms DROP COLUMN lost_after;
ALTER TABLE contact_alarms DROP COLUMN lost_on;

-- Who had approved what was taken back is lost here: the older schema has one decision.
UPDATE assistance SET decided_by = withdrawn_by, decision_reason = withdrawn_reason, decided_at = withdrawn_at
    WHERE status = 'withdrawn';
ALTER TABLE assistance DROP COLUMN withdrawn_at;
ALTER TABLE assistance DROP COLUMN withdrawn_reason;
ALTER TABLE assistance DROP COLUMN withdrawn_by;

CREATE TABLE honours_of_others (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    level TEXT NOT NULL,
    title TEXT NOT NULL,
    issuer TEXT NOT NULL,
    number TEXT,
    awarded_on TEXT NOT NULL,
    category TEXT REFERENCES categories (code),
    source_url TEXT,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    revoked_at INTEGER,
    revoked_reason TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT outside_honours_level_known CHECK (level IN ('district', 'municipal', 'provincial', 'national')),
    PRIMARY KEY (id)
) STRICT;
INSERT INTO honours_of_others (id, honoree_id, level, title, issuer, number, awarded_on, category, source_url, recorded_by, revoked_at, revoked_reason, version, created_at, updated_at)
SELECT id, honoree_id, level, title, issuer, number, printf('%04d-%02d-%02d', awarded_on / 10000, awarded_on / 100 % 100, awarded_on % 100), category, source_url, recorded_by, revoked_at, revoked_reason, version, created_at, updated_at FROM outside_honours;
DROP TABLE outside_honours;
ALTER TABLE honours_of_others RENAME TO outside_honours;
CREATE INDEX outside_honours_honoree ON outside_honours (honoree_id, created_at, id);

CREATE TABLE certificates_of_others (
    honour_id BLOB NOT NULL REFERENCES honours (id),
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (honour_id)
) STRICT;
INSERT INTO certificates_of_others (honour_id, number, issuer, issued_on, recorded_by, recorded_at)
SELECT honour_id, number, issuer, printf('%04d-%02d-%02d', issued_on / 10000, issued_on / 100 % 100, issued_on % 100), recorded_by, recorded_at FROM outside_certificates;
DROP TABLE outside_certificates;
ALTER TABLE certificates_of_others RENAME TO outside_certificates;

ALTER TABLE pool_recommendations RENAME COLUMN announced_on TO announced_before;
ALTER TABLE pool_recommendations ADD COLUMN announced_on TEXT;
UPDATE pool_recommendations SET announced_on = printf('%04d-%02d-%02d', announced_before / 10000, announced_before / 100 % 100, announced_before % 100) WHERE announced_before IS NOT NULL;
ALTER TABLE pool_recommendations DROP COLUMN announced_before;
