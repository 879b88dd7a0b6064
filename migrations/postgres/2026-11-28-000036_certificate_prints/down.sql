CREATE TABLE certificates (
    honour_id UUID NOT NULL REFERENCES honours (id),
    sha256 BYTEA NOT NULL,
    byte_size BIGINT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (honour_id)
);
-- What is given out stays; what it replaced is forgotten.
INSERT INTO certificates (honour_id, sha256, byte_size, issued_at)
SELECT honour_id, sha256, byte_size, printed_at FROM certificate_prints AS one
WHERE sequence = (SELECT max(sequence) FROM certificate_prints AS other WHERE other.honour_id = one.honour_id);
DROP TABLE certificate_prints;
