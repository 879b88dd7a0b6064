DROP TABLE held_votes;
DROP TABLE quarantine_counts;
DROP TABLE quarantines;
DROP TABLE signals;
DROP TABLE candidate_paces;
DROP TABLE vote_counters;
DROP TABLE vote_scans;
