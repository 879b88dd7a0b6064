DROP INDEX reviews_organization;
ALTER TABLE notifications DROP COLUMN delegation_id;
ALTER TABLE transitions DROP COLUMN on_behalf_of;
ALTER TABLE reviews DROP COLUMN on_behalf_of;
DROP TABLE delegations;
DROP TABLE leadership_history;
ALTER TABLE leadership_groups
    DROP CONSTRAINT leadership_groups_term,
    DROP COLUMN since,
    DROP COLUMN document,
    DROP COLUMN term_to,
    DROP COLUMN term_from;
