DROP TABLE result_entries;
DROP TABLE results;
