DROP TABLE consents;
DROP TABLE photos;
DROP TABLE nominations;
DROP TABLE candidate_grams;
DROP TABLE candidate_contacts;
DROP TABLE candidate_materials;
DROP TABLE candidates;
DROP TABLE honorees;
