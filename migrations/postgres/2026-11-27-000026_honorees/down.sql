DROP TABLE pool_steps;
DROP TABLE pool_recommendations;
DROP TABLE pool_entries;
DROP TABLE outside_honours;
DROP TABLE honoree_merger_items;
DROP TABLE honoree_mergers;
DROP INDEX honorees_merged;
ALTER TABLE honorees DROP COLUMN merged_into;
