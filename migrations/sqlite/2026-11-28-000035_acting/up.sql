-- In whose place a delegate acted: what either of the two has proposed, handed over or opened the other one does not decide,
-- and long work is found again in the place in which it was begun.
ALTER TABLE assistance ADD COLUMN proposed_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE assistance ADD COLUMN decided_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE assistance ADD COLUMN withdrawn_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE assistance ADD COLUMN handed_over_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE pool_steps ADD COLUMN on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE quarantines ADD COLUMN opened_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE quarantines ADD COLUMN decided_on_behalf_of BLOB REFERENCES users (id);
ALTER TABLE operations ADD COLUMN on_behalf_of BLOB REFERENCES users (id);
