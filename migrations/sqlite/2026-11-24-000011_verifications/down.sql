DROP TABLE review_answers;
DROP TABLE attachments;
DROP TABLE verifications;
