-- What waits for a decision is read status by status, in the order of the inbox.
CREATE INDEX candidates_waiting ON candidates (status, cycle, created_at, id);
CREATE INDEX candidates_waiting_district ON candidates (district_id, status, cycle, created_at, id);

-- Every receipt that was taken for a batch, so that an earlier one is recognised when it is sent again.
CREATE TABLE batch_receipts (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    digest BLOB NOT NULL,
    receipt BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (batch_id, digest)
) STRICT;
