DROP TABLE vote_log_invalidations;
DROP TABLE vote_log_heads;
DROP TABLE vote_log_tiles;
DROP TABLE vote_log_trees;
ALTER TABLE vote_logs DROP COLUMN secret_destroyed_at;
ALTER TABLE vote_logs DROP COLUMN wrapped_secret;
UPDATE votes SET seq = -seq - 2;
UPDATE votes SET seq = -seq - 1;
