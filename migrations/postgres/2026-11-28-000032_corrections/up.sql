-- Days are numbers such as 20261125 everywhere.
ALTER TABLE outside_honours ALTER COLUMN awarded_on TYPE INTEGER USING replace(awarded_on, '-', '')::integer;
ALTER TABLE outside_certificates ALTER COLUMN issued_on TYPE INTEGER USING replace(issued_on, '-', '')::integer;
ALTER TABLE pool_recommendations ALTER COLUMN announced_on TYPE INTEGER USING replace(announced_on, '-', '')::integer;

-- Who takes an approved grant back does not replace who had approved it. Of those taken back before, the audit has the
-- approval.
ALTER TABLE assistance
    ADD COLUMN withdrawn_by UUID REFERENCES users (id),
    ADD COLUMN withdrawn_reason TEXT COLLATE "C",
    ADD COLUMN withdrawn_at TIMESTAMPTZ,
    ADD CONSTRAINT assistance_withdrawn CHECK (withdrawn_at IS NULL OR status = 'withdrawn');
UPDATE assistance SET withdrawn_by = decided_by, withdrawn_reason = decision_reason, withdrawn_at = decided_at,
    decided_by = NULL, decision_reason = NULL, decided_at = NULL
    WHERE status = 'withdrawn';

-- What an alarm said of the loss is kept with it, so that a loss that was ended in error goes on where it was. Of alarms that
-- are over it is not known.
ALTER TABLE contact_alarms ADD COLUMN lost_on INTEGER, ADD COLUMN lost_after INTEGER, ADD COLUMN level_on INTEGER;
UPDATE contact_alarms SET lost_on = a.lost_on, lost_after = a.lost_after, level_on = a.level_on
    FROM aftercare a WHERE a.honoree_id = contact_alarms.honoree_id AND contact_alarms.closed_at IS NULL;

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
