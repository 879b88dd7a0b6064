-- The package of each batch. `header` is frozen with the batch (none in batches from before packages were built). While it is
-- being built, `due_at` is when, by the machine's clock, it may be taken up: by whoever comes first, and by another one when
-- the `claim` of that one has not been lengthened. Its row is also what holds the corrections of a batch in their order.
CREATE TABLE batch_packages (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    header BLOB,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    claim BLOB,
    failure TEXT,
    is_announced INTEGER NOT NULL,
    size INTEGER,
    sha256 BLOB,
    manifest BLOB,
    signature TEXT,
    ready_at INTEGER,
    CONSTRAINT batch_packages_status_known CHECK (status IN ('building', 'ready', 'failed')),
    CONSTRAINT batch_packages_failure_known CHECK (failure IN ('photo_missing', 'photo_changed', 'unavailable', 'interrupted', 'internal')),
    CONSTRAINT batch_packages_announced_known CHECK (is_announced IN (0, 1)),
    CONSTRAINT batch_packages_whole CHECK ((status = 'ready') = (size IS NOT NULL AND sha256 IS NOT NULL AND manifest IS NOT NULL AND signature IS NOT NULL AND ready_at IS NOT NULL)),
    PRIMARY KEY (batch_id)
) STRICT;
CREATE INDEX batch_packages_due ON batch_packages (due_at) WHERE status = 'building';

-- How the frozen candidates can be reached: copied as sealed for the candidate's row, as they were.
CREATE TABLE batch_contacts (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    name_cipher BLOB,
    phone_cipher BLOB,
    relationship TEXT,
    PRIMARY KEY (batch_id, candidate_id)
) STRICT;

-- Photos whose files stay in the store, deleted or not, until the package has them.
CREATE TABLE batch_photos (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    photo_id BLOB NOT NULL,
    PRIMARY KEY (batch_id, photo_id)
) STRICT;
CREATE INDEX batch_photos_photo ON batch_photos (photo_id);

-- The files of a package in their order; each lies in the file store under its digest.
CREATE TABLE package_files (
    batch_id BLOB NOT NULL REFERENCES batch_packages (batch_id),
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    media_type TEXT NOT NULL,
    PRIMARY KEY (batch_id, position)
) STRICT;

-- What became of forwarded candidates afterwards, in the order in which it was committed.
CREATE TABLE batch_corrections (
    batch_id BLOB NOT NULL REFERENCES batch_packages (batch_id),
    number INTEGER NOT NULL,
    candidate_id BLOB NOT NULL REFERENCES candidates (id),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    CONSTRAINT batch_corrections_kind_known CHECK (kind IN ('consent_withdrawn', 'refused', 'disqualified')),
    PRIMARY KEY (batch_id, number)
) STRICT;

-- What was forwarded before was announced then; its packages are built from what the snapshots have.
INSERT INTO batch_packages (batch_id, status, attempts, due_at, is_announced) SELECT id, 'building', 0, 0, 1 FROM batches;
INSERT OR IGNORE INTO batch_photos (batch_id, photo_id)
    SELECT item.batch_id, unhex(replace(json_extract(photo.value, '$.id'), '-', ''))
    FROM batch_items item, json_each(CAST(item.snapshot AS TEXT), '$.photos') photo;
INSERT INTO batch_contacts (batch_id, candidate_id, name_cipher, phone_cipher, relationship)
    SELECT item.batch_id, item.candidate_id, contact.name_cipher, contact.phone_cipher, contact.relationship
    FROM batch_items item JOIN candidate_contacts contact ON contact.candidate_id = item.candidate_id;
