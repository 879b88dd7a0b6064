DROP TABLE district_quotas;
DROP TABLE cycle_amendments;
DROP TABLE cycles;
DROP TABLE review_stages;
DROP TABLE categories;
