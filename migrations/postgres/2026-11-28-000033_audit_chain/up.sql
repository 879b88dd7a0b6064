-- Audit events are numbered and chained in the order in which they were written; `arrived` tells it, even between processes.
ALTER TABLE audit_events
    ADD COLUMN arrived BIGINT GENERATED ALWAYS AS IDENTITY,
    ADD CONSTRAINT audit_events_sealed CHECK ((number IS NULL) = (hash IS NULL) AND (hash IS NULL OR octet_length(hash) = 32));
CREATE INDEX audit_events_waiting ON audit_events (arrived) WHERE number IS NULL;

-- What an auditor asks by: each of these gives a page in its order without sorting, alone and within a span of time. A request is
-- not among them: its id is random, which is what an index pays most for, and a line of the log has the moment beside it.
DROP INDEX audit_events_at;
DROP INDEX audit_events_subject;
CREATE INDEX audit_events_at ON audit_events (at, arrived);
CREATE INDEX audit_events_actor ON audit_events (actor_id, at, arrived) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_action ON audit_events (action, at, arrived);
CREATE INDEX audit_events_kind ON audit_events (subject_kind, at, arrived);
CREATE INDEX audit_events_subject ON audit_events (subject_id, at, arrived);

-- The last number that was given, and its hash. Whoever gives numbers holds this row.
CREATE TABLE audit_seals (
    id SMALLINT NOT NULL CHECK (id = 0),
    last BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO audit_seals (id, last, hash) VALUES (0, 0, decode(repeat('00', 32), 'hex'));

-- A slip, of the program or by hand, is refused; what is done on purpose is told by the chain.
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are only ever added';
END
$$;
CREATE TRIGGER audit_events_stand BEFORE UPDATE ON audit_events
    FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION refuse_change_of_audit();
CREATE TRIGGER audit_events_stay BEFORE DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
CREATE TRIGGER audit_events_stay_all BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
