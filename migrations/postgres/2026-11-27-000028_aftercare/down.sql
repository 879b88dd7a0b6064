DROP TABLE assistance_attachments;
DROP TABLE assistance;
DROP TABLE visits;
DROP TABLE contact_alarms;
DROP TABLE care_terms;
DROP TABLE aftercare;
