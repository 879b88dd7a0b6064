-- The fact-verification file: records are only ever added, and struck where they were made in error.
CREATE TABLE verifications (
    id UUID NOT NULL,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    method TEXT COLLATE "C" NOT NULL,
    verifiers JSONB NOT NULL,
    held_at TIMESTAMPTZ NOT NULL,
    department TEXT COLLATE "C",
    heard_cipher BYTEA,
    heard_masked JSONB NOT NULL,
    finding TEXT COLLATE "C" NOT NULL,
    notes TEXT COLLATE "C" NOT NULL,
    candidate_version BIGINT NOT NULL,
    recorded_by UUID NOT NULL REFERENCES users (id),
    organization_id UUID REFERENCES organizations (id),
    recorded_at TIMESTAMPTZ NOT NULL,
    struck_by UUID REFERENCES users (id),
    struck_at TIMESTAMPTZ,
    struck_reason TEXT COLLATE "C",
    CONSTRAINT verifications_method_known CHECK (method IN ('interview', 'site_visit', 'documents', 'telephone', 'consultation')),
    CONSTRAINT verifications_finding_known CHECK (finding IN ('confirmed', 'partly', 'refuted')),
    CONSTRAINT verifications_struck_whole CHECK ((struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL) = (struck_reason IS NULL)),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX verifications_candidate ON verifications (candidate_id, candidate_version);

-- The files of a record; each lies in the file store under the row's id.
CREATE TABLE attachments (
    id UUID NOT NULL,
    verification_id UUID NOT NULL REFERENCES verifications (id),
    position INTEGER NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    byte_size INTEGER NOT NULL,
    sha256 BYTEA NOT NULL,
    uploaded_by UUID NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT attachments_media_type_known CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX attachments_place ON attachments (verification_id, position);

-- Which refuting records the opinion of an approval answers.
CREATE TABLE review_answers (
    review_id UUID NOT NULL REFERENCES reviews (id),
    verification_id UUID NOT NULL REFERENCES verifications (id),
    PRIMARY KEY (review_id, verification_id)
);
CREATE INDEX review_answers_verification ON review_answers (verification_id);

-- From now on the unit verifies with a confirming record. The months that have not begun take it over; those that run keep
-- the policy under which they began. Nobody can have wanted the 0: any other number kept every candidate from being verified.
UPDATE cycles
SET policy = jsonb_set(policy, '{verification_records_min}', '1'), version = version + 1, updated_at = now()
WHERE materials_frozen_at IS NULL AND published_at IS NULL AND reporting_opens_at > now()
    AND policy ->> 'verification_records_min' = '0';
