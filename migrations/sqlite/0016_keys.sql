-- +goose Up

-- The second half of a signing key, Ed25519: its public part as a Multikey. The
-- halves are made, rotated and named together; a key of an earlier version gets
-- its own at the next start.
ALTER TABLE actor_keys ADD COLUMN ed25519_public TEXT NOT NULL DEFAULT '';
ALTER TABLE actor_keys ADD COLUMN ed25519_enc BLOB;

-- The Ed25519 keys that somebody else's actor lists.
ALTER TABLE remote_actors ADD COLUMN multikeys TEXT;

-- Since when (Unix milliseconds) a host takes signatures by Ed25519, as far as
-- we know; 0: unknown. After a refusal it is a date to come.
ALTER TABLE hosts ADD COLUMN ed25519_from INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE hosts DROP COLUMN ed25519_from;
ALTER TABLE remote_actors DROP COLUMN multikeys;
ALTER TABLE actor_keys DROP COLUMN ed25519_enc;
ALTER TABLE actor_keys DROP COLUMN ed25519_public;
