//! The tables as diesel sees them; a test compares this file with the migrations of both databases.
#![expect(missing_docs, reason = "the columns are explained where the tables are made, in migrations/")]

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Keys of the server, wrapped by the master key; the row with purpose `check` proves that the master key is the right one.
    server_keys (id) {
        id -> Text,
        purpose -> Text,
        wrapped -> Binary,
        public_part -> Nullable<Binary>,
        created_at -> Instant,
        retired_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The campaign clock as it was last set: at `machine_at` it showed `campaign_at`, and it runs on from there. No row: both clocks agree.
    campaign_clock (id) {
        id -> Integer,
        campaign_at -> Instant,
        machine_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// First answers of creating requests, kept for 24 hours.
    idempotency_keys (scope, key) {
        scope -> Binary,
        key -> Text,
        fingerprint -> Binary,
        status -> Nullable<Integer>,
        resource_id -> Nullable<Id>,
        secret -> Nullable<Binary>,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What was done, by whom, to what; numbered and chained after the commit.
    audit_events (arrived) {
        arrived -> BigInt,
        id -> Id,
        at -> Instant,
        actor_id -> Nullable<Id>,
        actor_role -> Nullable<Text>,
        organization_id -> Nullable<Id>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        request_id -> Text,
        details -> JsonValue,
        number -> Nullable<BigInt>,
        hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The last number that was given in the audit, and its hash.
    audit_seals (id) {
        id -> SmallInt,
        last -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What subscribers are told; numbered after the commit.
    outbox_events (arrived) {
        arrived -> BigInt,
        id -> Id,
        at -> Instant,
        kind -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        cycle -> Nullable<Integer>,
        district_id -> Nullable<Id>,
        unit_id -> Nullable<Id>,
        payload -> JsonValue,
        number -> Nullable<BigInt>,
        sealed_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    event_seals (id) {
        id -> SmallInt,
        last -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    webhooks (id) {
        id -> Id,
        owner_id -> Id,
        url -> Text,
        description -> Nullable<Text>,
        kinds -> Nullable<JsonValue>,
        status -> Text,
        paused_because -> Nullable<Text>,
        failing_since -> Nullable<Instant>,
        delivered_at -> Nullable<Instant>,
        secret -> Binary,
        former_secret -> Nullable<Binary>,
        former_until -> Nullable<Instant>,
        place -> BigInt,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
        removed_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    webhook_deliveries (sequence) {
        sequence -> BigInt,
        id -> Id,
        webhook_id -> Id,
        event_id -> Id,
        event_number -> Nullable<BigInt>,
        kind -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        status -> Text,
        attempts -> Integer,
        failures -> Integer,
        due_at -> Nullable<Instant>,
        claim -> Nullable<Id>,
        created_at -> Instant,
        ended_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    webhook_attempts (delivery_id, number) {
        delivery_id -> Id,
        number -> Integer,
        at -> Instant,
        millis -> Integer,
        answer -> Nullable<Integer>,
        failure -> Nullable<Text>,
        excerpt -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    cycle_marks (cycle, kind) {
        cycle -> Integer,
        kind -> Text,
        told_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The tree city → district → unit (→ unit).
    organizations (id) {
        id -> Id,
        kind -> Text,
        parent_id -> Nullable<Id>,
        district_id -> Nullable<Id>,
        code -> Nullable<Text>,
        name -> Text,
        headcount -> Nullable<Integer>,
        responsible_name -> Nullable<Text>,
        active -> Bool,
        list_title -> Nullable<Text>,
        list_issuer -> Nullable<Text>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// 活动领导小组: one per organization.
    leadership_groups (organization_id) {
        organization_id -> Id,
        head -> Nullable<Text>,
        deputies -> JsonValue,
        members -> JsonValue,
        office_director -> Nullable<Text>,
        office_phone -> Nullable<Text>,
        term_from -> Nullable<Integer>,
        term_to -> Nullable<Integer>,
        document -> Nullable<Text>,
        since -> Nullable<Integer>,
        version -> BigInt,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Accounts of people and services.
    users (id) {
        id -> Id,
        username -> Text,
        username_folded -> Text,
        display_name -> Text,
        password_hash -> Text,
        role -> Text,
        organization_id -> Nullable<Id>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        phone_index -> Nullable<Binary>,
        active -> Bool,
        auth_version -> BigInt,
        failed_logins -> Integer,
        locked_until -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Rotating refresh tokens; using one twice ends its family.
    refresh_tokens (id) {
        id -> Id,
        family_id -> Id,
        user_id -> Id,
        digest -> Binary,
        auth_version -> BigInt,
        issued_at -> Instant,
        expires_at -> Instant,
        used_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Kinds of good people; the five of the source document are seeded.
    categories (code) {
        code -> Text,
        mark -> Text,
        short -> Text,
        name_zh -> Text,
        name_en -> Text,
        criteria_zh -> Text,
        criteria_en -> Text,
        active -> Bool,
        position -> Integer,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Labels and checklists of the stages; role, from and to are rules of the program.
    review_stages (code) {
        code -> Text,
        position -> Integer,
        label_zh -> Text,
        label_en -> Text,
        checklist -> JsonValue,
        version -> BigInt,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// One month's round; `month` is year × 100 + month, the integer key of votes.
    cycles (month) {
        month -> Integer,
        reporting_opens_at -> Instant,
        reporting_closes_at -> Instant,
        screening_opens_at -> Instant,
        screening_closes_at -> Instant,
        forwarding_opens_at -> Instant,
        forwarding_closes_at -> Instant,
        voting_opens_at -> Instant,
        voting_closes_at -> Instant,
        policy -> JsonValue,
        checklists -> JsonValue,
        materials_frozen_at -> Nullable<Instant>,
        published_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Changes of frozen policy fields and of windows, each with its reason.
    cycle_amendments (id) {
        id -> Id,
        cycle -> Integer,
        at -> Instant,
        user_id -> Nullable<Id>,
        reason -> Text,
        changes -> JsonValue,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Places of a district in a cycle, taken and given back in the transition that needs them.
    district_quotas (cycle, district_id) {
        cycle -> Integer,
        district_id -> Id,
        quota -> Integer,
        used -> Integer,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Persons and groups who hold one or more honours.
    honorees (id) {
        id -> Id,
        name -> Text,
        subject -> Text,
        members -> JsonValue,
        posthumous -> Bool,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
        district_id -> Nullable<Id>,
        unit_id -> Nullable<Id>,
        merged_into -> Nullable<Id>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The recommended; contacts and the deed are tables of their own.
    candidates (id) {
        number -> BigInt,
        id -> Id,
        cycle -> Integer,
        category -> Text,
        status -> Text,
        visibility -> Text,
        withheld_reason -> Nullable<Text>,
        withheld_at -> Nullable<Instant>,
        subject -> Text,
        posthumous -> Bool,
        name -> Text,
        name_folded -> Text,
        members -> JsonValue,
        occupation -> Nullable<Text>,
        gender -> Nullable<Text>,
        birth_year -> Nullable<Integer>,
        ethnicity -> Nullable<Text>,
        summary -> Text,
        unit_id -> Nullable<Id>,
        district_id -> Id,
        channel -> Text,
        returned_from -> Nullable<Text>,
        honoree_id -> Nullable<Id>,
        status_changed_at -> Instant,
        materials_changed_at -> Instant,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
        latest_cycle -> Integer,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The deed statement, kept out of list rows.
    candidate_materials (candidate_id) {
        candidate_id -> Id,
        deed -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Contact details, encrypted.
    candidate_contacts (candidate_id) {
        candidate_id -> Id,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        phone_index -> Nullable<Binary>,
        relationship -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Pairs of characters of names and summaries, for `q`.
    candidate_grams (gram, candidate) {
        gram -> Text,
        candidate -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Bands of the deeds' signatures, by which similar ones are found.
    deed_bands (band, hash, candidate) {
        band -> SmallInt,
        hash -> BigInt,
        candidate -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Hashes of names as a whole and without one character, by which similar ones are found.
    candidate_name_keys (key, district_id, candidate) {
        key -> BigInt,
        district_id -> Id,
        candidate -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The candidates older than the two tables before, and up to which of them those are filled.
    look_alike_backlog (id) {
        id -> Integer,
        done -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Acts of recommending; the file belongs to the first.
    nominations (id) {
        id -> Id,
        candidate_id -> Id,
        is_first -> Bool,
        user_id -> Nullable<Id>,
        operator_id -> Nullable<Id>,
        channel -> Text,
        tracking_digest -> Nullable<Binary>,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        phone_index -> Nullable<Binary>,
        relationship -> Nullable<Text>,
        withdrawn_at -> Nullable<Instant>,
        created_at -> Instant,
        channel_id -> Nullable<Id>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Recommendation channels in use.
    channels (id) {
        id -> Id,
        kind -> Text,
        name -> Text,
        outlet -> Nullable<Text>,
        url -> Nullable<Text>,
        phones -> JsonValue,
        address -> Nullable<Text>,
        organization_id -> Id,
        responsible_name -> Nullable<Text>,
        active -> Bool,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// 线索: what came in before it is a nomination.
    leads (id) {
        id -> Id,
        status -> Text,
        channel -> Text,
        channel_id -> Nullable<Id>,
        organization_id -> Nullable<Id>,
        assignment_reason -> Nullable<Text>,
        cycle -> Integer,
        text -> Nullable<Text>,
        parsed -> Nullable<JsonValue>,
        user_id -> Nullable<Id>,
        operator_id -> Nullable<Id>,
        tracking_digest -> Nullable<Binary>,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        phone_index -> Nullable<Binary>,
        candidate_id -> Nullable<Id>,
        nomination_id -> Nullable<Id>,
        reason -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        erased_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Photos as stored; the file lies in the file store under the id.
    photos (id) {
        id -> Id,
        candidate_id -> Id,
        position -> Integer,
        media_type -> Text,
        byte_size -> Integer,
        width -> Integer,
        height -> Integer,
        sha256 -> Binary,
        uploaded_by -> Nullable<Id>,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Consents to publication and forwarding that stand; a withdrawn one is deleted and audited.
    consents (candidate_id) {
        candidate_id -> Id,
        given_by -> Text,
        name_cipher -> Binary,
        name_masked -> Text,
        scope -> JsonValue,
        text_version -> Text,
        method -> Text,
        given_at -> Instant,
        evidence -> Nullable<Text>,
        recorded_by -> Id,
        recorded_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Reviewers' decisions.
    reviews (id) {
        id -> Id,
        candidate_id -> Id,
        cycle -> Integer,
        stage -> Text,
        decision -> Text,
        opinion -> Text,
        checklist -> JsonValue,
        reviewer_id -> Id,
        organization_id -> Nullable<Id>,
        acting_for -> Nullable<Text>,
        on_behalf_of -> Nullable<Id>,
        from_status -> Text,
        to_status -> Text,
        candidate_version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Records of candidates' verification files.
    verifications (id) {
        id -> Id,
        candidate_id -> Id,
        method -> Text,
        verifiers -> JsonValue,
        held_at -> Instant,
        department -> Nullable<Text>,
        heard_cipher -> Nullable<Binary>,
        heard_masked -> JsonValue,
        finding -> Text,
        notes -> Text,
        candidate_version -> BigInt,
        recorded_by -> Id,
        organization_id -> Nullable<Id>,
        recorded_at -> Instant,
        struck_by -> Nullable<Id>,
        struck_at -> Nullable<Instant>,
        struck_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Files of verification records; each lies in the file store under its id.
    attachments (id) {
        id -> Id,
        verification_id -> Id,
        position -> Integer,
        media_type -> Text,
        byte_size -> Integer,
        sha256 -> Binary,
        uploaded_by -> Id,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Which refuting records an approval answers.
    review_answers (review_id, verification_id) {
        review_id -> Id,
        verification_id -> Id,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The history of every candidate.
    transitions (id) {
        id -> Id,
        candidate_id -> Id,
        cycle -> Integer,
        action -> Text,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor_id -> Nullable<Id>,
        actor_role -> Nullable<Text>,
        organization_id -> Nullable<Id>,
        reason -> Nullable<Text>,
        review_id -> Nullable<Id>,
        candidate_version -> BigInt,
        at -> Instant,
        other_candidate_id -> Nullable<Id>,
        on_behalf_of -> Nullable<Id>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Mergers of two candidates of one person; `undone_at` is empty while one stands.
    merges (id) {
        id -> Id,
        candidate_id -> Id,
        survivor_id -> Id,
        former_status -> Text,
        former_since -> Instant,
        survivor_status -> Text,
        survivor_since -> Instant,
        survivor_version -> BigInt,
        reason -> Text,
        merged_by -> Id,
        merged_at -> Instant,
        undone_by -> Nullable<Id>,
        undone_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What a merger handed over to the survivor, with what brings it back.
    merge_items (merge_id, item_id) {
        merge_id -> Id,
        item_id -> Id,
        kind -> Text,
        was_first -> Nullable<Bool>,
        position -> Nullable<Integer>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The package of each batch: how it stands, and what was built.
    batch_packages (batch_id) {
        batch_id -> Id,
        header -> Nullable<Binary>,
        status -> Text,
        attempts -> Integer,
        due_at -> Instant,
        claim -> Nullable<Id>,
        failure -> Nullable<Text>,
        is_announced -> Bool,
        size -> Nullable<BigInt>,
        sha256 -> Nullable<Binary>,
        manifest -> Nullable<Binary>,
        signature -> Nullable<Text>,
        ready_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How the frozen candidates can be reached, sealed for the candidate's row.
    batch_contacts (batch_id, candidate_id) {
        batch_id -> Id,
        candidate_id -> Id,
        name_cipher -> Nullable<Binary>,
        phone_cipher -> Nullable<Binary>,
        relationship -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Photos whose files stay in the store until the package has them.
    batch_photos (batch_id, photo_id) {
        batch_id -> Id,
        photo_id -> Id,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The files of a package in their order; each lies in the file store under its digest.
    package_files (batch_id, position) {
        batch_id -> Id,
        position -> Integer,
        path -> Text,
        size -> BigInt,
        sha256 -> Binary,
        media_type -> Text,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What became of forwarded candidates afterwards, in the order in which it was committed.
    batch_corrections (batch_id, number) {
        batch_id -> Id,
        number -> BigInt,
        candidate_id -> Id,
        kind -> Text,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Packages that go to the provincial portal.
    batches (id) {
        id -> Id,
        cycle -> Integer,
        sequence -> Integer,
        status -> Text,
        created_by -> Id,
        receipt -> Nullable<JsonValue>,
        receipt_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Every receipt that was taken for a batch.
    batch_receipts (batch_id, digest) {
        batch_id -> Id,
        digest -> Binary,
        receipt -> JsonValue,
        received_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The frozen candidates of a batch.
    batch_items (batch_id, candidate_id) {
        batch_id -> Id,
        candidate_id -> Id,
        position -> Integer,
        snapshot -> Binary,
        status -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What the portal has delivered of a nationally run vote.
    results (cycle) {
        cycle -> Integer,
        digest -> Binary,
        delivered_by -> Id,
        delivered_at -> Instant,
        version -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The votes of each candidate by the portal, and whether it lists them.
    result_entries (cycle, candidate_id) {
        cycle -> Integer,
        candidate_id -> Id,
        votes -> BigInt,
        listed -> Bool,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who votes: an account here, or a subject of another issuer.
    voters (id) {
        id -> BigInt,
        user_id -> Nullable<Id>,
        issuer -> Nullable<Text>,
        subject_hash -> Nullable<Binary>,
        person_hash -> Nullable<Binary>,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The vote log of a cycle; its row orders the writers.
    vote_logs (cycle) {
        cycle -> Integer,
        size -> BigInt,
        wrapped_secret -> Nullable<Binary>,
        secret_destroyed_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How far the tree over a log has come.
    vote_log_trees (cycle) {
        cycle -> Integer,
        size -> BigInt,
        origin -> Integer,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Tiles of 256 hashes, the last of each level narrower; at level 0 the pseudonyms of the entries beside them.
    vote_log_tiles (cycle, level, position) {
        cycle -> Integer,
        level -> SmallInt,
        position -> BigInt,
        hashes -> Binary,
        pseudonyms -> Binary,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The last signed head of each origin of a log; why an origin ended, where it did.
    vote_log_heads (cycle, origin) {
        cycle -> Integer,
        origin -> Integer,
        size -> BigInt,
        note -> Text,
        verifier_key -> Text,
        signed_at -> Instant,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Invalidations, numbered among the votes.
    vote_log_invalidations (cycle, seq) {
        cycle -> Integer,
        seq -> BigInt,
        vote_seq -> BigInt,
        reason -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Votes by integer keys; `day` is 0 where a vote counts once a cycle; `state`: 0 valid, 1 quarantined, 2 invalid.
    votes (cycle, voter, candidate, day) {
        cycle -> Integer,
        voter -> BigInt,
        candidate -> BigInt,
        day -> Integer,
        seq -> BigInt,
        cast_at -> Instant,
        state -> SmallInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Where a vote came from, by keyed hashes; removed when the objection period ends.
    vote_traces (cycle, seq) {
        cycle -> Integer,
        seq -> BigInt,
        prefix -> BigInt,
        client -> BigInt,
        tier -> SmallInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The seed of the lot by which a cycle's candidates are shown.
    ballot_seeds (cycle) {
        cycle -> Integer,
        seed -> Binary,
        drawn_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Counts that can always be recomputed from the votes; valid = raw − quarantined − invalid.
    tallies (cycle, candidate) {
        cycle -> Integer,
        candidate -> BigInt,
        raw -> BigInt,
        quarantined -> BigInt,
        invalid -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// That somebody has studied a candidate's story, once, with an optional reflection.
    study_records (id) {
        id -> Id,
        candidate_id -> Id,
        cycle -> Integer,
        user_id -> Id,
        reflection -> Nullable<Text>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How many people have studied a candidate.
    study_counts (candidate_id) {
        candidate_id -> Id,
        people -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// That a citizen belongs where the account says, confirmed by a reviewer.
    membership_confirmations (user_id) {
        user_id -> Id,
        organization_id -> Id,
        confirmed_by -> Id,
        confirmed_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Objections to published candidates.
    objections (id) {
        id -> Id,
        candidate_id -> Id,
        cycle -> Integer,
        text -> Text,
        contact_cipher -> Nullable<Binary>,
        contact_masked -> Nullable<Text>,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        user_id -> Nullable<Id>,
        status -> Text,
        reason -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Comments on candidates and replies to them; `listed` means a place in the public list.
    comments (id) {
        id -> Id,
        candidate_id -> Id,
        cycle -> Integer,
        district_id -> Id,
        unit_id -> Nullable<Id>,
        author_id -> Id,
        parent_id -> Nullable<Id>,
        reply_to_id -> Nullable<Id>,
        body -> Nullable<Text>,
        status -> Text,
        listed -> Bool,
        hold_reason -> Nullable<Text>,
        held_words -> JsonValue,
        shown_replies -> Integer,
        open_reports -> Integer,
        decision -> Nullable<Text>,
        reason -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who has reported a comment, each person once.
    comment_reports (comment_id, user_id) {
        comment_id -> Id,
        user_id -> Id,
        kind -> Text,
        note -> Nullable<Text>,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The words for which comments are held, and the phrases that are allowed although they contain one; one row.
    word_lists (id) {
        id -> Integer,
        version -> BigInt,
        updated_by -> Nullable<Id>,
        updated_at -> Nullable<Instant>,
        words -> JsonValue,
        allowed -> JsonValue,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What accounts are told of.
    notifications (id) {
        id -> Id,
        user_id -> Id,
        kind -> Text,
        comment_id -> Nullable<Id>,
        candidate_id -> Nullable<Id>,
        reason -> Nullable<Text>,
        cycle -> Nullable<Integer>,
        deadline_at -> Nullable<Instant>,
        waiting -> Nullable<BigInt>,
        batch_id -> Nullable<Id>,
        webhook_id -> Nullable<Id>,
        honoree_id -> Nullable<Id>,
        delegation_id -> Nullable<Id>,
        notice -> Nullable<Text>,
        created_at -> Instant,
        read_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    reminder_rounds (notice) {
        notice -> Text,
        done_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Published lists.
    lists (cycle) {
        cycle -> Integer,
        title -> Text,
        issuer -> Text,
        result_source -> Text,
        published_by -> Id,
        published_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How ties across the cut were broken.
    tie_breaks (cycle, category) {
        cycle -> Integer,
        category -> Text,
        candidate_ids -> JsonValue,
        reason -> Text,
        decided_by -> Id,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Entries of published lists.
    honours (id) {
        id -> Id,
        cycle -> Integer,
        category -> Text,
        sequence -> Integer,
        certificate_number -> Text,
        honoree_id -> Id,
        candidate_id -> Id,
        rank -> Integer,
        votes -> BigInt,
        revoked_at -> Nullable<Instant>,
        revoked_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Long work: who started it, how far it is, and with what it ended. The lease is by the machine's clock; work whose lease has run out was broken off with its process.
    operations (id) {
        id -> Id,
        kind -> Text,
        status -> Text,
        started_by -> Id,
        on_behalf_of -> Nullable<Id>,
        options -> JsonValue,
        done -> BigInt,
        total -> BigInt,
        result -> Nullable<JsonValue>,
        problem -> Nullable<JsonValue>,
        lease_until -> Instant,
        taken_at -> Nullable<Instant>,
        version -> BigInt,
        created_at -> Instant,
        finished_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The rows of a table that is imported, as they were judged; what stood in their cells is encrypted. Removed after a week.
    staged_rows (operation_id, row_number) {
        operation_id -> Id,
        row_number -> Integer,
        id -> Id,
        outcome -> Text,
        digest -> Nullable<Binary>,
        faults -> JsonValue,
        cells_cipher -> Binary,
        candidate_id -> Nullable<Id>,
        earlier_row -> Nullable<Integer>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What becomes a candidate when the table is taken; kept from the judging to the taking.
    staged_candidates (operation_id, row_number) {
        operation_id -> Id,
        row_number -> Integer,
        candidate_id -> Id,
        nomination_id -> Id,
        transition_id -> Id,
        event_id -> Id,
        subject_id -> Text,
        is_own -> Bool,
        category -> Text,
        subject -> Text,
        posthumous -> Bool,
        name -> Text,
        name_folded -> Text,
        members -> JsonValue,
        occupation -> Nullable<Text>,
        gender -> Nullable<Text>,
        birth_year -> Nullable<Integer>,
        ethnicity -> Nullable<Text>,
        summary -> Text,
        deed -> Nullable<Text>,
        unit_id -> Nullable<Id>,
        district_id -> Id,
        channel -> Text,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How candidate and nominator of such a row can be reached, sealed for the rows that they become.
    staged_reaches (operation_id, row_number, whose) {
        operation_id -> Id,
        row_number -> Integer,
        whose -> Text,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        phone_index -> Nullable<Binary>,
        relationship -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Rows that were taken, by a keyed digest of what they say, so that an organization does not take one twice.
    import_rows (organization_id, digest) {
        organization_id -> Id,
        digest -> Binary,
        candidate_id -> Id,
        taken_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How far a cycle's votes were looked through.
    vote_scans (cycle) {
        cycle -> Integer,
        scanned -> BigInt,
        traces_removed_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What the looking through counts, by what a signal would be about.
    vote_counters (cycle, kind, subject) {
        cycle -> Integer,
        kind -> Text,
        subject -> Text,
        votes -> BigInt,
        voters -> BigInt,
        first_seq -> BigInt,
        last_seq -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// A candidate's votes in the current bucket of ten minutes, and sums over the earlier ones.
    candidate_paces (cycle, candidate) {
        cycle -> Integer,
        candidate -> BigInt,
        first_bucket -> BigInt,
        bucket -> BigInt,
        votes -> BigInt,
        earlier_votes -> BigInt,
        earlier_squares -> BigInt,
        first_seq -> BigInt,
        last_seq -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What looks as if votes were not cast by the people they count for.
    signals (id) {
        id -> Id,
        cycle -> Integer,
        kind -> Text,
        subject -> Text,
        first_seq -> BigInt,
        last_seq -> BigInt,
        figures -> JsonValue,
        raised_at -> Instant,
        to_be_held -> Bool,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Votes held back together, and what a second reviewer decided of them.
    quarantines (id) {
        id -> Id,
        cycle -> Integer,
        signal_id -> Nullable<Id>,
        candidate_id -> Nullable<Id>,
        status -> Text,
        reason -> Text,
        held -> BigInt,
        already_held -> BigInt,
        opened_by -> Nullable<Id>,
        opened_on_behalf_of -> Nullable<Id>,
        opened_at -> Instant,
        decision_reason -> Nullable<Text>,
        decided_by -> Nullable<Id>,
        decided_on_behalf_of -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        lease_until -> Instant,
        request_scope -> Nullable<Binary>,
        request_key -> Nullable<Text>,
        settled_seq -> BigInt,
        is_settled -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// How many votes of each candidate a quarantine holds.
    quarantine_counts (quarantine_id, candidate) {
        quarantine_id -> Id,
        candidate -> BigInt,
        votes -> BigInt,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The votes of a quarantine; a vote is in one at most that is not released.
    held_votes (quarantine_id, seq) {
        quarantine_id -> Id,
        seq -> BigInt,
        cycle -> Integer,
        active -> Bool,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Honorees who turned out to be one person, and whether that was undone.
    honoree_mergers (id) {
        id -> Id,
        honoree_id -> Id,
        survivor_id -> Id,
        reason -> Text,
        merged_by -> Id,
        merged_at -> Instant,
        undone_by -> Nullable<Id>,
        undone_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What a merger of honorees handed over.
    honoree_merger_items (merger_id, kind, item_id) {
        merger_id -> Id,
        kind -> Text,
        item_id -> Id,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Honours that others have given, recorded by the city. Days are local, as `2026-11-25`.
    outside_honours (id) {
        id -> Id,
        honoree_id -> Id,
        level -> Text,
        title -> Text,
        issuer -> Text,
        number -> Nullable<Text>,
        awarded_on -> Integer,
        category -> Nullable<Text>,
        source_url -> Nullable<Text>,
        recorded_by -> Id,
        revoked_at -> Nullable<Instant>,
        revoked_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who is in the pool of moral models, and who was.
    pool_entries (id) {
        id -> Id,
        honoree_id -> Id,
        cause -> Text,
        min_honours -> Integer,
        entered_at -> Instant,
        left_at -> Nullable<Instant>,
        left_cause -> Nullable<Text>,
        left_reason -> Nullable<Text>,
        left_by -> Nullable<Id>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Recommendations of people of the pool to a higher level.
    pool_recommendations (id) {
        id -> Id,
        honoree_id -> Id,
        level -> Text,
        status -> Text,
        reason -> Text,
        material -> Nullable<Text>,
        proposed_by -> Id,
        organization_id -> Id,
        title -> Nullable<Text>,
        announced_on -> Nullable<Integer>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What was done with a recommendation, step by step.
    pool_steps (id) {
        id -> Id,
        recommendation_id -> Id,
        kind -> Text,
        words -> Nullable<Text>,
        actor_id -> Nullable<Id>,
        on_behalf_of -> Nullable<Id>,
        organization_id -> Nullable<Id>,
        at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Every print of a certificate, numbered from 1; the last one is given out.
    certificate_prints (id) {
        id -> Id,
        honour_id -> Id,
        sequence -> Integer,
        sha256 -> Binary,
        byte_size -> BigInt,
        check_url -> Nullable<Text>,
        issuer -> Nullable<Text>,
        printed_by -> Nullable<Id>,
        reason -> Nullable<Text>,
        printed_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Certificates of the national list, which others have printed. The day is written `2026-12-20`.
    outside_certificates (honour_id) {
        honour_id -> Id,
        number -> Text,
        issuer -> Text,
        issued_on -> Integer,
        recorded_by -> Id,
        recorded_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Leadership groups that were replaced.
    leadership_history (id) {
        id -> Id,
        organization_id -> Id,
        head -> Nullable<Text>,
        deputies -> JsonValue,
        members -> JsonValue,
        office_director -> Nullable<Text>,
        office_phone -> Nullable<Text>,
        term_from -> Nullable<Integer>,
        term_to -> Nullable<Integer>,
        document -> Nullable<Text>,
        in_force_from -> Integer,
        in_force_until -> Integer,
        version -> BigInt,
        replaced_by -> Id,
        replaced_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who stands in for whom.
    delegations (id) {
        id -> Id,
        delegator_id -> Id,
        delegator_role -> Text,
        delegator_organization_id -> Id,
        delegate_id -> Id,
        delegate_role -> Text,
        delegate_organization_id -> Id,
        begins_at -> Instant,
        ends_at -> Instant,
        reason -> Text,
        entered_by -> Id,
        revoked_by -> Nullable<Id>,
        revoked_at -> Nullable<Instant>,
        revoked_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// 宣传记录: where an honoree's deeds were told of. `published_on` is a local day, such as 20261105.
    publicity_records (id) {
        id -> Id,
        honoree_id -> Id,
        outlet -> Text,
        kind -> Text,
        title -> Text,
        url -> Nullable<Text>,
        published_on -> Integer,
        honour_id -> Nullable<Id>,
        note -> Nullable<Text>,
        entered_by -> Id,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// 活动启事 and items of columns; one that was taken away keeps its row.
    announcements (id) {
        id -> Id,
        kind -> Text,
        column_name -> Nullable<Text>,
        title -> Text,
        body -> Text,
        url -> Nullable<Text>,
        cycle -> Nullable<Integer>,
        honoree_id -> Nullable<Id>,
        organization_id -> Id,
        publish_at -> Nullable<Instant>,
        expires_at -> Nullable<Instant>,
        pinned -> Bool,
        told_at -> Nullable<Instant>,
        removed_at -> Nullable<Instant>,
        entered_by -> Id,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who looks after whom, what is due next, and whether the honoree can be reached.
    aftercare (honoree_id) {
        honoree_id -> Id,
        cipher_id -> Id,
        handed_to -> Nullable<Id>,
        charge_id -> Nullable<Id>,
        charge_district_id -> Nullable<Id>,
        responsible_id -> Nullable<Id>,
        responsible_name -> Nullable<Text>,
        contact_of -> Nullable<Text>,
        relationship -> Nullable<Text>,
        name_cipher -> Nullable<Binary>,
        name_masked -> Nullable<Text>,
        phone_cipher -> Nullable<Binary>,
        phone_masked -> Nullable<Text>,
        note_cipher -> Nullable<Binary>,
        due_on -> Nullable<Integer>,
        due_reason -> Nullable<Text>,
        recheck_on -> Nullable<Integer>,
        last_reached_on -> Nullable<Integer>,
        planned_by -> Text,
        lost_level -> Nullable<Text>,
        lost_cause -> Nullable<Text>,
        lost_on -> Nullable<Integer>,
        lost_after -> Nullable<Integer>,
        level_on -> Nullable<Integer>,
        alarm_on -> Nullable<Integer>,
        version -> BigInt,
        updated_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Who was in charge since when.
    care_terms (id) {
        id -> Id,
        honoree_id -> Id,
        organization_id -> Nullable<Id>,
        responsible_id -> Nullable<Id>,
        responsible_name -> Nullable<Text>,
        changed_by -> Nullable<Id>,
        since_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Alarms of lost contact, by level.
    contact_alarms (id) {
        id -> Id,
        honoree_id -> Id,
        level -> Text,
        cause -> Text,
        reason_cipher -> Nullable<Binary>,
        raised_by -> Nullable<Id>,
        raised_at -> Instant,
        closed_because -> Nullable<Text>,
        closed_by -> Nullable<Id>,
        closed_at -> Nullable<Instant>,
        lost_on -> Nullable<Integer>,
        lost_after -> Nullable<Integer>,
        level_on -> Nullable<Integer>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Visits to honorees.
    visits (id) {
        id -> Id,
        honoree_id -> Id,
        visited_on -> Integer,
        kind -> Text,
        reached -> Bool,
        visitors -> JsonValue,
        situation_cipher -> Binary,
        hardship_cipher -> Nullable<Binary>,
        next_on -> Nullable<Integer>,
        recorded_by -> Id,
        organization_id -> Nullable<Id>,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
        struck_by -> Nullable<Id>,
        struck_at -> Nullable<Instant>,
        struck_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// The ledger of assistance.
    assistance (id) {
        id -> Id,
        honoree_id -> Id,
        organization_id -> Id,
        district_id -> Nullable<Id>,
        kind -> Text,
        amount_fen -> BigInt,
        fund_source -> Text,
        fund_detail -> Nullable<Text>,
        purpose_cipher -> Binary,
        status -> Text,
        booked_on -> Integer,
        proposed_by -> Id,
        proposed_on_behalf_of -> Nullable<Id>,
        decided_by -> Nullable<Id>,
        decided_on_behalf_of -> Nullable<Id>,
        decided_at -> Nullable<Instant>,
        decision_reason -> Nullable<Text>,
        withdrawn_by -> Nullable<Id>,
        withdrawn_on_behalf_of -> Nullable<Id>,
        withdrawn_at -> Nullable<Instant>,
        withdrawn_reason -> Nullable<Text>,
        given_by -> Nullable<Text>,
        received_by_cipher -> Nullable<Binary>,
        handed_over_by -> Nullable<Id>,
        handed_over_on_behalf_of -> Nullable<Id>,
        handed_over_at -> Nullable<Instant>,
        reverses_id -> Nullable<Id>,
        version -> BigInt,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Receipts of assistance.
    assistance_attachments (id) {
        id -> Id,
        assistance_id -> Id,
        position -> Integer,
        media_type -> Text,
        byte_size -> Integer,
        sha256 -> Binary,
        uploaded_by -> Id,
        created_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// What statistics are read from: counts by cycle and place. Derived.
    statistic_cells (level, cycle, district_id, unit_id) {
        level -> Text,
        cycle -> Integer,
        district_id -> Id,
        unit_id -> Id,
        candidates -> Integer,
        cells -> Binary,
        counted_at -> Instant,
    }
}

diesel::table! {
    use crate::storage::sql_types::*;
    use diesel::sql_types::*;

    /// Where something changed that statistics have not counted yet.
    statistic_changes (id) {
        id -> BigInt,
        level -> Text,
        cycle -> Integer,
        district_id -> Id,
        unit_id -> Id,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    server_keys,
    campaign_clock,
    idempotency_keys,
    audit_events,
    audit_seals,
    outbox_events,
    event_seals,
    batch_packages,
    batch_contacts,
    batch_photos,
    package_files,
    batch_corrections,
    cycle_marks,
    reminder_rounds,
    webhooks,
    webhook_deliveries,
    webhook_attempts,
    organizations,
    leadership_groups,
    users,
    refresh_tokens,
    categories,
    review_stages,
    cycles,
    cycle_amendments,
    district_quotas,
    honorees,
    candidates,
    candidate_materials,
    candidate_contacts,
    candidate_grams,
    deed_bands,
    candidate_name_keys,
    look_alike_backlog,
    nominations,
    channels,
    leads,
    photos,
    consents,
    reviews,
    verifications,
    attachments,
    review_answers,
    transitions,
    merges,
    merge_items,
    batches,
    batch_items,
    batch_receipts,
    results,
    result_entries,
    voters,
    vote_logs,
    vote_log_trees,
    vote_log_tiles,
    vote_log_heads,
    vote_log_invalidations,
    votes,
    vote_traces,
    ballot_seeds,
    tallies,
    study_records,
    study_counts,
    membership_confirmations,
    objections,
    comments,
    comment_reports,
    word_lists,
    notifications,
    lists,
    tie_breaks,
    honours,
    operations,
    staged_rows,
    staged_candidates,
    staged_reaches,
    import_rows,
    vote_scans,
    vote_counters,
    candidate_paces,
    signals,
    quarantines,
    quarantine_counts,
    held_votes,
    honoree_mergers,
    honoree_merger_items,
    outside_honours,
    pool_entries,
    pool_recommendations,
    pool_steps,
    certificate_prints,
    outside_certificates,
    leadership_history,
    delegations,
    publicity_records,
    announcements,
    aftercare,
    care_terms,
    contact_alarms,
    visits,
    assistance,
    assistance_attachments,
    statistic_cells,
    statistic_changes,
);
