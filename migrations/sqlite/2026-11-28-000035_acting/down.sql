ALTER TABLE operations DROP COLUMN on_behalf_of;
ALTER TABLE quarantines DROP COLUMN decided_on_behalf_of;
ALTER TABLE quarantines DROP COLUMN opened_on_behalf_of;
ALTER TABLE pool_steps DROP COLUMN on_behalf_of;
ALTER TABLE assistance DROP COLUMN handed_over_on_behalf_of;
ALTER TABLE assistance DROP COLUMN withdrawn_on_behalf_of;
ALTER TABLE assistance DROP COLUMN decided_on_behalf_of;
ALTER TABLE assistance DROP COLUMN proposed_on_behalf_of;
