-- Persons and groups who hold one or more honours.
CREATE TABLE honorees (
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    members BLOB NOT NULL,
    posthumous INTEGER NOT NULL CHECK (posthumous IN (0, 1)),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT honorees_subject_known CHECK (subject IN ('individual', 'group')),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX honorees_page ON honorees (created_at, id);

-- The recommended; contacts and the deed are tables of their own.
CREATE TABLE candidates (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL,
    cycle INTEGER NOT NULL REFERENCES cycles (month),
    category TEXT NOT NULL REFERENCES categories (code),
    status TEXT NOT NULL,
    visibility TEXT NOT NULL,
    withheld_reason TEXT,
    withheld_at INTEGER,
    subject TEXT NOT NULL,
    posthumous INTEGER NOT NULL CHECK (posthumous IN (0, 1)),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    members BLOB NOT NULL,
    occupation TEXT,
    gender TEXT,
    birth_year INTEGER,
    ethnicity TEXT,
    summary TEXT NOT NULL,
    unit_id BLOB REFERENCES organizations (id),
    district_id BLOB NOT NULL REFERENCES organizations (id),
    channel TEXT NOT NULL,
    returned_from TEXT,
    honoree_id BLOB REFERENCES honorees (id),
    status_changed_at INTEGER NOT NULL,
    materials_changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT candidates_status_known CHECK (status IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT candidates_visibility_known CHECK (visibility IN ('shown', 'withheld')),
    CONSTRAINT candidates_subject_known CHECK (subject IN ('individual', 'group')),
    CONSTRAINT candidates_gender_known CHECK (gender IN ('male', 'female')),
    CONSTRAINT candidates_channel_known CHECK (channel IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    CONSTRAINT candidates_returned_from_known CHECK (returned_from IN ('nominated', 'verified', 'endorsed', 'screened', 'forwarded', 'listed', 'not_listed', 'returned', 'rejected', 'withdrawn', 'revoked')),
    CONSTRAINT candidates_id UNIQUE (id)
) STRICT;
CREATE INDEX candidates_page ON candidates (created_at, id);
CREATE INDEX candidates_cycle ON candidates (cycle, status, created_at, id);
CREATE INDEX candidates_district ON candidates (district_id, created_at, id);
CREATE INDEX candidates_unit ON candidates (unit_id, created_at, id);
CREATE INDEX candidates_status ON candidates (status, created_at, id);
CREATE INDEX candidates_honoree ON candidates (honoree_id);

-- The deed statement, kept out of list rows.
CREATE TABLE candidate_materials (
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    deed TEXT,
    PRIMARY KEY (candidate_id)
) STRICT;

-- Contact details, encrypted.
CREATE TABLE candidate_contacts (
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    name_cipher BLOB,
    name_masked TEXT,
    phone_cipher BLOB,
    phone_masked TEXT,
    phone_index BLOB,
    relationship TEXT,
    PRIMARY KEY (candidate_id)
) STRICT;
CREATE INDEX candidate_contacts_phone ON candidate_contacts (phone_index);

-- Pairs of characters of names and summaries, for `q`.
CREATE TABLE candidate_grams (
    gram TEXT NOT NULL,
    candidate INTEGER NOT NULL REFERENCES candidates (number),
    PRIMARY KEY (gram, candidate)
) STRICT, WITHOUT ROWID;

-- Acts of recommending; the file belongs to the first.
CREATE TABLE nominations (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    is_first INTEGER NOT NULL CHECK (is_first IN (0, 1)),
    user_id BLOB REFERENCES users (id),
    operator_id BLOB REFERENCES users (id),
    channel TEXT NOT NULL,
    tracking_digest BLOB,
    name_cipher BLOB,
    name_masked TEXT,
    phone_cipher BLOB,
    phone_masked TEXT,
    phone_index BLOB,
    relationship TEXT,
    withdrawn_at INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT nominations_channel_known CHECK (channel IN ('online', 'media', 'phone', 'letter', 'in_person', 'other')),
    CONSTRAINT nominations_tracking UNIQUE (tracking_digest),
    PRIMARY KEY (id)
) STRICT;
CREATE INDEX nominations_candidate ON nominations (candidate_id, created_at, id);
CREATE INDEX nominations_user ON nominations (user_id, created_at, id);
CREATE UNIQUE INDEX nominations_first ON nominations (candidate_id) WHERE is_first;

-- Photos as stored; the file lies in the file store under the id.
CREATE TABLE photos (
    id BLOB NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    position INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    byte_size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    uploaded_by BLOB REFERENCES users (id),
    created_at INTEGER NOT NULL,
    CONSTRAINT photos_media_type_known CHECK (media_type IN ('image/jpeg', 'image/png')),
    CONSTRAINT photos_position UNIQUE (candidate_id, position),
    PRIMARY KEY (id)
) STRICT;

-- Consents to publication and forwarding that stand; a withdrawn one is deleted and audited.
CREATE TABLE consents (
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    given_by TEXT NOT NULL,
    name_cipher BLOB NOT NULL,
    name_masked TEXT NOT NULL,
    scope BLOB NOT NULL,
    text_version TEXT NOT NULL,
    method TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    evidence TEXT,
    recorded_by BLOB NOT NULL REFERENCES users (id),
    recorded_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT consents_given_by_known CHECK (given_by IN ('self', 'representative', 'next_of_kin', 'guardian')),
    PRIMARY KEY (candidate_id)
) STRICT;
