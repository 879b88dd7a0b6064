-- Days are numbers such as 20261125 everywhere.
CREATE TABLE honours_of_others (
    id BLOB NOT NULL,
    honoree_id BLOB NOT NULL REFERENCES honorees (id),
    level TEXT NOT NULL,
    title TEXT NOT NULL,
    issuer TEXT NOT NULL,
    number TEXT,
    awarded_on INTEGER NOT NULL,
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
SELECT id, honoree_id, level, title, issuer, number, CAST(replace(awarded_on, '-', '') AS INTEGER), category, source_url, recorded_by, revoked_at, revoked_reason, version, created_at, updated_at FROM outside_honours;
DROP TABLE outside_honours;
ALTER TABLE honours_of_others RENAME TO outside_honours;
CREATE INDEX outside_honours_honoree ON outside_honours (honoree_id, created_at, id);

CREATE TABLE certificates_of_others (
    honour_id BLOB NOT NULL REFERENCES honours (id),
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    issued_on INTEGER NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (honour_id)
) STRICT;
INSERT INTO certificates_of_others (honour_id, number, issuer, issued_on, recorded_by, recorded_at)
SELECT honour_id, number, issuer, CAST(replace(issued_on, '-', '') AS INTEGER), recorded_by, recorded_at FROM outside_certificates;
DROP TABLE outside_certificates;
ALTER TABLE certificates_of_others RENAME TO outside_certificates;

ALTER TABLE pool_recommendations RENAME COLUMN announced_on TO announced_before;
ALTER TABLE pool_recommendations ADD COLUMN announced_on INTEGER;
UPDATE pool_recommendations SET announced_on = CAST(replace(announced_before, '-', '') AS INTEGER) WHERE announced_before IS NOT NULL;
ALTER TABLE pool_recommendations DROP COLUMN announced_before;

-- Who takes an approved grant back does not replace who had approved it. Of those taken back before, the audit has the
-- approval.
ALTER TABLE assistance ADD COLUMN withdrawn_by BLOB REFERENCES users (id);
ALTER TABLE assistance ADD COLUMN withdrawn_reason TEXT;
ALTER TABLE assistance ADD COLUMN withdrawn_at INTEGER
    CONSTRAINT assistance_withdrawn CHECK (withdrawn_at IS NULL OR status = 'withdrawn');
UPDATE assistance SET withdrawn_by = decided_by, withdrawn_reason = decision_reason, withdrawn_at = decided_at,
    decided_by = NULL, decision_reason = NULL, decided_at = NULL
    WHERE status = 'withdrawn';

-- What an alarm said of the loss is kept with it, so that a loss that was ended in error goes on where it was. Of alarms that
-- are over it is not known.
ALTER TABLE contact_alarms ADD COLUMN lost_on INTEGER;
ALTER TABLE contact_alarms ADD COLUMN lost_after INTEGER;
ALTER TABLE contact_alarms ADD COLUMN level_on INTEGER;
UPDATE contact_alarms SET
    lost_on = (SELECT a.lost_on FROM aftercare a WHERE a.honoree_id = contact_alarms.honoree_id),
    lost_after = (SELECT a.lost_after FROM aftercare a WHERE a.honoree_id = contact_alarms.honoree_id),
    level_on = (SELECT a.level_on FROM aftercare a WHERE a.honoree_id = contact_alarms.honoree_id)
    WHERE closed_at IS NULL;

-- Mergers that stand and gave the survivor a copy of what it did not have: equal ciphers are copies, as what is sealed twice is
-- never the same. So that their undoing takes it back.
INSERT INTO honoree_merger_items (merger_id, kind, item_id)
SELECT m.id, 'contact', m.honoree_id FROM honoree_mergers m
    JOIN aftercare own ON own.honoree_id = m.honoree_id JOIN aftercare kept ON kept.honoree_id = m.survivor_id
    WHERE m.undone_at IS NULL AND own.phone_cipher = kept.phone_cipher;
INSERT INTO honoree_merger_items (merger_id, kind, item_id)
SELECT m.id, 'note', m.honoree_id FROM honoree_mergers m
    JOIN aftercare own ON own.honoree_id = m.honoree_id JOIN aftercare kept ON kept.honoree_id = m.survivor_id
    WHERE m.undone_at IS NULL AND own.note_cipher = kept.note_cipher;
