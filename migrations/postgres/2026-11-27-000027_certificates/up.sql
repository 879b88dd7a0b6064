-- What was issued: the first drawing of each certificate, which is given out ever after.
CREATE TABLE certificates (
    honour_id UUID NOT NULL REFERENCES honours (id),
    sha256 BYTEA NOT NULL,
    byte_size BIGINT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (honour_id)
);

-- Certificates of the national list, which others have printed.
CREATE TABLE outside_certificates (
    honour_id UUID NOT NULL REFERENCES honours (id),
    number TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    issued_on TEXT COLLATE "C" NOT NULL,
    recorded_by UUID NOT NULL REFERENCES users (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (honour_id)
);
