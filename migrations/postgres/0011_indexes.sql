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

-- +goose Down
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
