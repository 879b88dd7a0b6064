-- Every print of a certificate: the first, which issued it, and those by which it was reissued under the same number. The
-- last one is given out; none is ever removed. Of those made before, the address and the issuer that stand on them were not
-- noted. The first has no reason and nobody who wanted it.
CREATE TABLE certificate_prints (
    id UUID NOT NULL,
    honour_id UUID NOT NULL REFERENCES honours (id),
    sequence INTEGER NOT NULL,
    sha256 BYTEA NOT NULL,
    byte_size BIGINT NOT NULL,
    check_url TEXT COLLATE "C",
    issuer TEXT COLLATE "C",
    printed_by UUID REFERENCES users (id),
    reason TEXT COLLATE "C",
    printed_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT certificate_prints_reasoned CHECK ((sequence = 1) = (reason IS NULL)),
    CONSTRAINT certificate_prints_counted CHECK (sequence >= 1),
    CONSTRAINT certificate_prints_once UNIQUE (honour_id, sequence),
    PRIMARY KEY (id)
);
INSERT INTO certificate_prints (id, honour_id, sequence, sha256, byte_size, printed_at)
SELECT honour_id, honour_id, 1, sha256, byte_size, issued_at FROM certificates;
DROP TABLE certificates;
