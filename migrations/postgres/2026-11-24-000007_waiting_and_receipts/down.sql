DROP TABLE batch_receipts;
DROP INDEX candidates_waiting_district;
DROP INDEX candidates_waiting;
