DROP TABLE outside_certificates;
DROP TABLE certificates;
