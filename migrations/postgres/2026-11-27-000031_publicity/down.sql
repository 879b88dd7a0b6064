DROP INDEX candidates_withheld;
DROP INDEX honours_revoked;
DROP TABLE announcements;
DROP TABLE publicity_records;
