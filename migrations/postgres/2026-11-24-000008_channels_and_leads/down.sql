DROP TABLE leads;
DROP INDEX organizations_by_name;
ALTER TABLE nominations DROP COLUMN channel_id;
DROP TABLE channels;
