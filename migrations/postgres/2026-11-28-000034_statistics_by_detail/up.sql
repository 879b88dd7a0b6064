-- The latest cycle in which a candidate ever ran: a month that is extended may take one back from a later month, in which its passages
-- stay counted.
ALTER TABLE candidates ADD COLUMN latest_cycle INTEGER NOT NULL DEFAULT 0;
UPDATE candidates SET latest_cycle = GREATEST(cycle, COALESCE((SELECT MAX(cycle) FROM transitions WHERE candidate_id = candidates.id), 0));
DROP INDEX candidates_place;
CREATE INDEX candidates_place ON candidates (district_id, unit_id, latest_cycle);

-- Sheets are written in another form: none of the old ones is read, and everything is counted by the server when it starts.
DELETE FROM statistic_cells;
DELETE FROM statistic_changes;
INSERT INTO statistic_changes (level, cycle, district_id, unit_id)
SELECT DISTINCT 'unit', steps.cycle, candidates.district_id, COALESCE(candidates.unit_id, candidates.district_id)
FROM candidates JOIN (SELECT candidate_id, cycle FROM transitions UNION SELECT id, cycle FROM candidates) AS steps
    ON steps.candidate_id = candidates.id;
INSERT INTO statistic_changes (level, cycle, district_id, unit_id)
SELECT DISTINCT 'unit', leads.cycle,
    COALESCE(organizations.district_id, organizations.id, '00000000-0000-0000-0000-000000000000'),
    COALESCE(organizations.id, '00000000-0000-0000-0000-000000000000')
FROM leads LEFT JOIN organizations ON organizations.id = leads.organization_id AND organizations.kind <> 'city';
