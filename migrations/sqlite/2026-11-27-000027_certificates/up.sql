-- What was issued: the first drawing of each certificate, which is given out ever after.
CREATE TABLE certificates (
    honour_id BLOB NOT NULL REFERENCES honours (id),
    sha256 BLOB NOT NULL,
    byte_size INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    PRIMARY KEY (honour_id)
) STRICT;

-- Certificates of the national list, which others have printed.
CREATE TABLE outside_certificates (
    honour_id BLOB NOT NULL REFERENCES honours (id),
    number TEXT NOT NULL,
    issuer TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (honour_id)
) STRICT;
