-- Who looks after an honoree, when the next visit is due, and whether the honoree can be reached: one row for each, kept with every
-- visit and honour, so that what is due is asked of an index. Days are numbers: 20261127. Ciphertexts are bound to `cipher_id`, which goes
-- along when two honorees turn out to be one.
CREATE TABLE aftercare (
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    cipher_id UUID NOT NULL,
    handed_to UUID REFERENCES organizations (id),
    charge_id UUID REFERENCES organizations (id),
    charge_district_id UUID REFERENCES organizations (id),
    responsible_id UUID REFERENCES users (id),
    responsible_name TEXT COLLATE "C",
    contact_of TEXT COLLATE "C",
    relationship TEXT COLLATE "C",
    name_cipher BYTEA,
    name_masked TEXT COLLATE "C",
    phone_cipher BYTEA,
    phone_masked TEXT COLLATE "C",
    note_cipher BYTEA,
    due_on INTEGER,
    due_reason TEXT COLLATE "C",
    recheck_on INTEGER,
    last_reached_on INTEGER,
    planned_by TEXT COLLATE "C" NOT NULL,
    lost_level TEXT COLLATE "C",
    lost_cause TEXT COLLATE "C",
    lost_on INTEGER,
    lost_after INTEGER,
    level_on INTEGER,
    alarm_on INTEGER,
    version BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT aftercare_contact_of_known CHECK (contact_of IN ('honoree', 'next_of_kin')),
    CONSTRAINT aftercare_contact_whole CHECK ((contact_of IS NULL) = (phone_cipher IS NULL) AND (phone_cipher IS NULL) = (phone_masked IS NULL)),
    CONSTRAINT aftercare_responsible_one CHECK (responsible_id IS NULL OR responsible_name IS NULL),
    CONSTRAINT aftercare_due_reason_known CHECK (due_reason IN ('interval', 'festival', 'agreed')),
    CONSTRAINT aftercare_due_whole CHECK ((due_on IS NULL) = (due_reason IS NULL)),
    CONSTRAINT aftercare_lost_level_known CHECK (lost_level IN ('unit', 'district', 'city')),
    CONSTRAINT aftercare_lost_cause_known CHECK (lost_cause IN ('unreached', 'reported')),
    CONSTRAINT aftercare_lost_whole CHECK ((lost_level IS NULL) = (lost_cause IS NULL) AND (lost_level IS NULL) = (lost_on IS NULL)
        AND (lost_level IS NULL) = (lost_after IS NULL) AND (lost_level IS NULL) = (level_on IS NULL)),
    PRIMARY KEY (honoree_id)
);
CREATE INDEX aftercare_due ON aftercare (due_on, honoree_id) WHERE due_on IS NOT NULL;
CREATE INDEX aftercare_due_of_charge ON aftercare (charge_id, due_on, honoree_id);
CREATE INDEX aftercare_due_of_district ON aftercare (charge_district_id, due_on, honoree_id);
CREATE INDEX aftercare_alarm ON aftercare (alarm_on) WHERE alarm_on IS NOT NULL;
CREATE INDEX aftercare_lost ON aftercare (lost_on, honoree_id) WHERE lost_on IS NOT NULL;

-- Who was in charge since when; rows are only ever added.
CREATE TABLE care_terms (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    organization_id UUID REFERENCES organizations (id),
    responsible_id UUID REFERENCES users (id),
    responsible_name TEXT COLLATE "C",
    changed_by UUID REFERENCES users (id),
    since_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX care_terms_page ON care_terms (honoree_id, id);

-- That an honoree could not be reached was told to a level: once, until the honoree is found.
CREATE TABLE contact_alarms (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    level TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    reason_cipher BYTEA,
    raised_by UUID REFERENCES users (id),
    raised_at TIMESTAMPTZ NOT NULL,
    closed_because TEXT COLLATE "C",
    closed_by UUID REFERENCES users (id),
    closed_at TIMESTAMPTZ,
    CONSTRAINT contact_alarms_level_known CHECK (level IN ('unit', 'district', 'city')),
    CONSTRAINT contact_alarms_cause_known CHECK (cause IN ('unreached', 'reported')),
    CONSTRAINT contact_alarms_closed_known CHECK (closed_because IN ('found', 'revoked', 'merged')),
    CONSTRAINT contact_alarms_closed_whole CHECK ((closed_because IS NULL) = (closed_at IS NULL)),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX contact_alarms_once ON contact_alarms (honoree_id, level) WHERE closed_at IS NULL;
CREATE INDEX contact_alarms_of ON contact_alarms (honoree_id, id);

-- Visits: corrected and struck, never deleted. How somebody fares is nobody else's business, so it is encrypted.
CREATE TABLE visits (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    visited_on INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    reached BOOLEAN NOT NULL,
    visitors JSONB NOT NULL,
    situation_cipher BYTEA NOT NULL,
    hardship_cipher BYTEA,
    next_on INTEGER,
    recorded_by UUID NOT NULL REFERENCES users (id),
    organization_id UUID REFERENCES organizations (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    struck_by UUID REFERENCES users (id),
    struck_at TIMESTAMPTZ,
    struck_reason TEXT COLLATE "C",
    CONSTRAINT visits_kind_known CHECK (kind IN ('home', 'telephone', 'festival', 'other')),
    CONSTRAINT visits_struck_whole CHECK ((struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL) = (struck_reason IS NULL)),
    PRIMARY KEY (id)
);
CREATE INDEX visits_page ON visits (honoree_id, id);
CREATE INDEX visits_day ON visits (honoree_id, visited_on, id) WHERE struck_at IS NULL;
CREATE INDEX visits_of_days ON visits (visited_on) WHERE struck_at IS NULL;

-- The ledger of assistance. What was given is never changed: a counter-entry with the amount negated takes it back. `booked_on` is the day
-- on which an entry counts: of the proposal, and once given of the handing over. The organization is the one in charge at the proposal.
CREATE TABLE assistance (
    id UUID NOT NULL,
    honoree_id UUID NOT NULL REFERENCES honorees (id),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    district_id UUID REFERENCES organizations (id),
    kind TEXT COLLATE "C" NOT NULL,
    amount_fen BIGINT NOT NULL,
    fund_source TEXT COLLATE "C" NOT NULL,
    fund_detail TEXT COLLATE "C",
    purpose_cipher BYTEA NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    booked_on INTEGER NOT NULL,
    proposed_by UUID NOT NULL REFERENCES users (id),
    decided_by UUID REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    decision_reason TEXT COLLATE "C",
    given_by TEXT COLLATE "C",
    received_by_cipher BYTEA,
    handed_over_by UUID REFERENCES users (id),
    handed_over_at TIMESTAMPTZ,
    reverses_id UUID REFERENCES assistance (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT assistance_kind_known CHECK (kind IN ('money', 'goods', 'medical', 'education', 'employment', 'legal', 'other')),
    CONSTRAINT assistance_source_known CHECK (fund_source IN ('fiscal', 'moral_model_fund', 'donation', 'other')),
    CONSTRAINT assistance_status_known CHECK (status IN ('proposed', 'approved', 'declined', 'withdrawn', 'given')),
    CONSTRAINT assistance_amount_bounded CHECK (amount_fen BETWEEN -1000000000 AND 1000000000),
    CONSTRAINT assistance_counter_entry CHECK ((reverses_id IS NULL AND amount_fen >= 0) OR (reverses_id IS NOT NULL AND amount_fen <= 0 AND status = 'given')),
    CONSTRAINT assistance_four_eyes CHECK (reverses_id IS NOT NULL OR status NOT IN ('approved', 'declined', 'given') OR decided_by <> proposed_by),
    CONSTRAINT assistance_decided CHECK (status NOT IN ('approved', 'declined', 'given') OR decided_at IS NOT NULL),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX assistance_reversed_once ON assistance (reverses_id) WHERE reverses_id IS NOT NULL;
CREATE INDEX assistance_honoree ON assistance (honoree_id, id);
CREATE INDEX assistance_organization ON assistance (organization_id, id);
CREATE INDEX assistance_district ON assistance (district_id, id);
CREATE INDEX assistance_booked ON assistance (booked_on, status);

-- Receipts; each lies in the file store under the row's id.
CREATE TABLE assistance_attachments (
    id UUID NOT NULL,
    assistance_id UUID NOT NULL REFERENCES assistance (id),
    position INTEGER NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    byte_size INTEGER NOT NULL,
    sha256 BYTEA NOT NULL,
    uploaded_by UUID NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT assistance_attachments_media_type_known CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX assistance_attachments_place ON assistance_attachments (assistance_id, position);
