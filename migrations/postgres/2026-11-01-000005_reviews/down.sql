DROP TABLE transitions;
DROP TABLE reviews;
