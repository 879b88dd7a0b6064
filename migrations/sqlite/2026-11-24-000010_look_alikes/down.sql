DROP TABLE look_alike_backlog;
DROP TABLE candidate_name_keys;
DROP TABLE deed_bands;
