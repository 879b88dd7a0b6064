DROP INDEX leads_place;
DROP INDEX candidates_place;
DROP TABLE statistic_changes;
DROP TABLE statistic_cells;
