-- +goose Up

-- What chores, pages and reports look for in tables that grow with the years;
-- without these they read them whole.
CREATE INDEX audit_entries_action ON audit_entries (action, id);
CREATE INDEX peer_updates_organisation ON peer_updates (organisation) WHERE withdrawn_at IS NULL;
CREATE INDEX peer_updates_speakers ON peer_updates (measure, organisation) WHERE withdrawn_at IS NULL;
CREATE INDEX followers_delivery ON followers (delivery);
CREATE INDEX followers_inbox ON followers (inbox);
CREATE INDEX remote_actors_failed ON remote_actors (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX tombstones_age ON tombstones (deleted_at);
CREATE INDEX attempts_age ON attempts (at);
CREATE INDEX drafts_open ON drafts (updated_at, id) WHERE state <> 'published';
CREATE INDEX drafts_state ON drafts (state, updated_at, id);
CREATE INDEX evidence_files_damaged ON evidence_files (name) WHERE damaged;
CREATE INDEX evidence_files_hidden ON evidence_files (created_at) WHERE NOT public;
CREATE INDEX hosts_failing ON hosts (host) WHERE failing_since > 0;
CREATE INDEX link_checks_failures ON link_checks (failures);
CREATE INDEX notes_public ON notes (id) WHERE deleted_at IS NULL AND NOT private;
CREATE INDEX replies_shown ON replies (id) WHERE public AND state = 'shown';
CREATE INDEX reports_state ON reports (state, id);
CREATE INDEX updates_withdrawn ON updates (id) WHERE withdrawn_at IS NOT NULL;
CREATE INDEX updates_replacing ON updates (id) WHERE withdrawn_at IS NULL AND related_to LIKE '%"replaces"%';
-- The chronology: what has no date of fact comes last; dates of year, month and
-- day sort as texts.
CREATE INDEX updates_fact ON updates ((effective_date = ''), coalesce(nullif(effective_date, ''), observed_date) DESC, id DESC);
-- Whose deliveries may be forgotten.
CREATE INDEX activities_passing ON activities (created_at, id) WHERE type NOT IN ('Create', 'Announce');

-- The words of a constat are found by its id: FTS5 has no index on it, and read
-- every constat for each correction of one.
CREATE TABLE search_rows (
    doc INTEGER PRIMARY KEY,
    id  TEXT NOT NULL UNIQUE
);
INSERT INTO search_rows (doc, id) SELECT rowid, id FROM search_texts;

DROP TRIGGER search_added;
DROP TRIGGER search_changed;
DROP TRIGGER search_removed;

-- +goose StatementBegin
CREATE TRIGGER search_added AFTER INSERT ON updates WHEN new.withdrawn_at IS NULL BEGIN
    INSERT INTO search_rows (id) VALUES (new.id);
    INSERT INTO search_texts (rowid, id, title, body)
        SELECT doc, new.id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name
        FROM search_rows WHERE id = new.id;
END;
-- +goose StatementEnd

-- Likes and boosts change a row often and its words never.
-- +goose StatementBegin
CREATE TRIGGER search_changed AFTER UPDATE OF title, summary, text, withdrawn_at ON updates
    WHEN old.title <> new.title OR old.summary <> new.summary OR old.text <> new.text OR old.withdrawn_at IS NOT new.withdrawn_at BEGIN
    DELETE FROM search_texts WHERE rowid = (SELECT doc FROM search_rows WHERE id = old.id);
    DELETE FROM search_rows WHERE id = old.id;
    INSERT INTO search_rows (id) SELECT new.id WHERE new.withdrawn_at IS NULL;
    INSERT INTO search_texts (rowid, id, title, body)
        SELECT doc, new.id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name
        FROM search_rows WHERE id = new.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER search_removed AFTER DELETE ON updates BEGIN
    DELETE FROM search_texts WHERE rowid = (SELECT doc FROM search_rows WHERE id = old.id);
    DELETE FROM search_rows WHERE id = old.id;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER search_removed;
DROP TRIGGER search_changed;
DROP TRIGGER search_added;
DROP TABLE search_rows;
-- +goose StatementBegin
CREATE TRIGGER search_added AFTER INSERT ON updates WHEN new.withdrawn_at IS NULL BEGIN
    INSERT INTO search_texts (id, title, body)
        VALUES (new.id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_changed AFTER UPDATE OF title, summary, text, withdrawn_at ON updates
    WHEN old.title <> new.title OR old.summary <> new.summary OR old.text <> new.text OR old.withdrawn_at IS NOT new.withdrawn_at BEGIN
    DELETE FROM search_texts WHERE id = old.id;
    INSERT INTO search_texts (id, title, body)
        SELECT new.id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name
        WHERE new.withdrawn_at IS NULL;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_removed AFTER DELETE ON updates BEGIN
    DELETE FROM search_texts WHERE id = old.id;
END;
-- +goose StatementEnd
DROP INDEX activities_passing;
DROP INDEX updates_fact;
DROP INDEX updates_replacing;
DROP INDEX updates_withdrawn;
DROP INDEX reports_state;
DROP INDEX replies_shown;
DROP INDEX notes_public;
DROP INDEX link_checks_failures;
DROP INDEX hosts_failing;
DROP INDEX evidence_files_hidden;
DROP INDEX evidence_files_damaged;
DROP INDEX drafts_state;
DROP INDEX drafts_open;
DROP INDEX attempts_age;
DROP INDEX tombstones_age;
DROP INDEX remote_actors_failed;
DROP INDEX followers_inbox;
DROP INDEX followers_delivery;
DROP INDEX peer_updates_speakers;
DROP INDEX peer_updates_organisation;
DROP INDEX audit_entries_action;
