DROP TABLE import_rows;
DROP TABLE staged_reaches;
DROP TABLE staged_candidates;
DROP TABLE staged_rows;
DROP TABLE operations;
