-- The fact-verification file: records are only ever added, and struck where they were made in error.
CREATE TABLE verifications (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    method TEXT NOT NULL,
    verifiers BLOB NOT NULL,
    held_at INTEGER NOT NULL,
    department TEXT,
    heard_cipher BLOB,
    heard_masked BLOB NOT NULL,
    finding TEXT NOT NULL,
    notes TEXT NOT NULL,
    candidate_version INTEGER NOT NULL,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    organization_id BLOB REFERENCES organizations (id),
    recorded_at INTEGER NOT NULL,
    struck_by BLOB REFERENCES users (id),
    struck_at INTEGER,
    struck_reason TEXT,
    CONSTRAINT verifications_method_known CHECK (method IN ('interview', 'site_visit', 'documents', 'telephone', 'consultation')),
    CONSTRAINT verifications_finding_known CHECK (finding IN ('confirmed', 'partly', 'refuted')),
    CONSTRAINT verifications_struck_whole CHECK ((struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL) = (struck_reason IS NULL)),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX verifications_candidate ON verifications (candidate_id, candidate_version);

-- The files of a record; each lies in the file store under the row's id.
CREATE TABLE attachments (
    id BLOB NOT NULL,
    verification_id BLOB NOT NULL REFERENCES verifications (id),
    position INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    byte_size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    uploaded_by BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    CONSTRAINT attachments_media_type_known CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    PRIMARY KEY (id)
) STRICT;
CREATE UNIQUE INDEX attachments_place ON attachments (verification_id, position);

-- Which refuting records the opinion of an approval answers.
CREATE TABLE review_answers (
    review_id BLOB NOT NULL REFERENCES reviews (id),
    verification_id BLOB NOT NULL REFERENCES verifications (id),
    PRIMARY KEY (review_id, verification_id)
) STRICT;
CREATE INDEX review_answers_verification ON review_answers (verification_id);

-- From now on the unit verifies with a confirming record. The months that have not begun take it over; those that run keep
-- the policy under which they began. Nobody can have wanted the 0: any other number kept every candidate from being verified.
UPDATE cycles
SET policy = CAST(json_set(CAST(policy AS TEXT), '$.verification_records_min', 1) AS BLOB), version = version + 1,
    updated_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000
WHERE materials_frozen_at IS NULL AND published_at IS NULL
    AND reporting_opens_at > CAST(strftime('%s', 'now') AS INTEGER) * 1000000
    AND json_extract(CAST(policy AS TEXT), '$.verification_records_min') = 0;
