DROP INDEX users_members;
DROP TABLE membership_confirmations;
DROP TABLE study_counts;
DROP TABLE study_records;
