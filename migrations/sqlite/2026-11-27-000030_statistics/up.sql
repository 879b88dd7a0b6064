-- What statistics are read from: for each cycle and place the counts of all categories and channels in one value (domain/statistics/coding.rs).
-- `unit`: one unit of one district; the district's id for its inbox, zeroes for what the city itself holds. `district`: the sum of a district's.
-- `city`: the sum of all, with zeroes for both ids. Derived, and made anew from the candidates' steps whenever these move on.
CREATE TABLE statistic_cells (
    level TEXT NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    district_id BLOB NOT NULL,
    unit_id BLOB NOT NULL,
    candidates INTEGER NOT NULL,
    cells BLOB NOT NULL,
    counted_at INTEGER NOT NULL,
    CONSTRAINT statistic_cells_level_known CHECK (level IN ('unit', 'district', 'city')),
    PRIMARY KEY (level, cycle, district_id, unit_id)
) STRICT;
CREATE INDEX statistic_cells_places ON statistic_cells (level, cycle, district_id, unit_id, candidates);

-- Where something changed that is not counted yet: only ever added, and removed by who has counted it, so that no two acts wait for each other.
CREATE TABLE statistic_changes (
    id INTEGER NOT NULL,
    level TEXT NOT NULL,
    cycle INTEGER NOT NULL,
    district_id BLOB NOT NULL,
    unit_id BLOB NOT NULL,
    CONSTRAINT statistic_changes_level_known CHECK (level IN ('unit', 'district', 'city')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX statistic_changes_place ON statistic_changes (level, unit_id);

-- What is counted anew: the candidates of a place, and what came in there.
CREATE INDEX candidates_place ON candidates (district_id, unit_id, cycle);
CREATE INDEX leads_place ON leads (cycle, organization_id);

-- What is there is counted by the server when it starts.
INSERT INTO statistic_changes (level, cycle, district_id, unit_id)
SELECT DISTINCT 'unit', steps.cycle, candidates.district_id, COALESCE(candidates.unit_id, candidates.district_id)
FROM candidates JOIN (SELECT candidate_id, cycle FROM transitions UNION SELECT id, cycle FROM candidates) AS steps
    ON steps.candidate_id = candidates.id;
INSERT INTO statistic_changes (level, cycle, district_id, unit_id)
SELECT DISTINCT 'unit', leads.cycle,
    COALESCE(organizations.district_id, organizations.id, X'00000000000000000000000000000000'),
    COALESCE(organizations.id, X'00000000000000000000000000000000')
FROM leads LEFT JOIN organizations ON organizations.id = leads.organization_id AND organizations.kind <> 'city';
