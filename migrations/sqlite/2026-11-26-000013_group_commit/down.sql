DROP TABLE ballot_seeds;
DROP TABLE vote_traces;
UPDATE votes SET seq = -seq - 1;
UPDATE votes SET seq = -seq;
CREATE INDEX votes_candidate ON votes (candidate, seq);
CREATE INDEX votes_voter ON votes (voter, cast_at);
