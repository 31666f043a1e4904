-- +goose Up

-- Dates are DATETIME and hold text in UTC that sorts (2006-01-02 15:04:05.999+00:00);
-- the queue counts Unix milliseconds. Same tables and columns as postgres/.

-- Facts about this instance that must survive: its origin, its handle domain,
-- the reference text.
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One number, raised by every transaction that changes what the public sees:
-- rendered pages are kept under it, and commands tell a running server with it.
CREATE TABLE public_revision (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
);
INSERT INTO public_revision (id, revision) VALUES (1, 1);

-- Our own actors. key_id has no foreign key: a key names its actor and the
-- actor its present key, and one of both comes first.
CREATE TABLE actors (
    handle        TEXT PRIMARY KEY CHECK (handle <> ''),
    kind          TEXT NOT NULL CHECK (kind IN ('organisation', 'measure', 'instance')),
    measure       TEXT NOT NULL,
    name          TEXT NOT NULL,
    summary       TEXT NOT NULL,
    links         TEXT,
    enabled       BOOLEAN NOT NULL,
    key_id        INTEGER NOT NULL,
    created_at    DATETIME NOT NULL,
    updated_at    DATETIME NOT NULL,
    also_known_as TEXT,
    moved_to      TEXT NOT NULL,
    icon_file     TEXT NOT NULL
);

-- Signing keys, sealed with the instance's secret. Rows stay after a rotation:
-- activities name the key that was current when they were made.
CREATE TABLE actor_keys (
    id          INTEGER PRIMARY KEY,
    actor       TEXT NOT NULL,
    public_pem  TEXT NOT NULL,
    private_enc BLOB NOT NULL,
    created_at  DATETIME NOT NULL
);
CREATE INDEX actor_keys_actor ON actor_keys (actor);

-- What we remember of somebody else's actor. failed_at without an inbox is a
-- negative answer, kept so that an absent actor is not fetched on each message.
CREATE TABLE remote_actors (
    id            INTEGER PRIMARY KEY,
    uri           TEXT NOT NULL UNIQUE,
    host          TEXT NOT NULL,
    type          TEXT NOT NULL,
    username      TEXT NOT NULL,
    name          TEXT NOT NULL,
    summary       TEXT NOT NULL,
    url           TEXT NOT NULL,
    icon_url      TEXT NOT NULL,
    inbox         TEXT NOT NULL,
    shared_inbox  TEXT NOT NULL,
    followers     TEXT NOT NULL,
    outbox        TEXT NOT NULL,
    key_id        TEXT NOT NULL,
    key_pem       TEXT NOT NULL,
    organisation  TEXT NOT NULL,
    measure       TEXT NOT NULL,
    measures      TEXT NOT NULL,
    also_known_as TEXT,
    moved_to      TEXT NOT NULL,
    fetched_at    DATETIME NOT NULL,
    failed_at     DATETIME,
    gone_at       DATETIME
);
CREATE INDEX remote_actors_key_id ON remote_actors (key_id);
CREATE INDEX remote_actors_host ON remote_actors (host);

-- Published constats as they stand now. The stage is not checked here: the
-- scale has versions, the domain knows them.
CREATE TABLE updates (
    id                   TEXT PRIMARY KEY CHECK (length(id) = 26),
    measure              TEXT NOT NULL,
    subject              TEXT NOT NULL,
    territory            TEXT NOT NULL,
    territory_name       TEXT NOT NULL,
    institution_name     TEXT NOT NULL,
    institution_kind     TEXT NOT NULL,
    institution_siren    TEXT NOT NULL,
    institution_wikidata TEXT NOT NULL,
    scope_key            TEXT NOT NULL,
    actor                TEXT NOT NULL,
    stage                TEXT NOT NULL,
    title                TEXT NOT NULL,
    summary              TEXT NOT NULL,
    text                 TEXT NOT NULL,
    confidence           TEXT NOT NULL,
    effective_date       TEXT NOT NULL,
    observed_date        TEXT NOT NULL,
    evidence             TEXT,
    searched             TEXT,
    indicator            TEXT,
    lessons              TEXT,
    related_to           TEXT,
    licence              TEXT NOT NULL,
    language             TEXT NOT NULL,
    revision             INTEGER NOT NULL,
    substance            INTEGER NOT NULL,
    published_at         DATETIME NOT NULL,
    updated_at           DATETIME,
    withdrawn_at         DATETIME,
    withdraw_reason      TEXT NOT NULL,
    erased               BOOLEAN NOT NULL,
    signed_by            TEXT NOT NULL,
    wire                 BLOB NOT NULL,
    wire_version         INTEGER NOT NULL,
    create_id            TEXT NOT NULL,
    like_count           INTEGER NOT NULL,
    boost_count          INTEGER NOT NULL,
    reply_count          INTEGER NOT NULL
);
CREATE INDEX updates_measure ON updates (measure, id) WHERE withdrawn_at IS NULL;
CREATE INDEX updates_actor ON updates (actor, id);

-- Every version of a constat, with the bytes that were served first. Erased
-- versions keep number, kind, date and hash.
CREATE TABLE revisions (
    id             INTEGER PRIMARY KEY,
    update_id      TEXT NOT NULL REFERENCES updates (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    kind           TEXT NOT NULL CHECK (kind IN ('first', 'typo', 'substance')),
    reason         TEXT NOT NULL,
    stage          TEXT NOT NULL,
    title          TEXT NOT NULL,
    summary        TEXT NOT NULL,
    text           TEXT NOT NULL,
    confidence     TEXT NOT NULL,
    effective_date TEXT NOT NULL,
    observed_date  TEXT NOT NULL,
    evidence       TEXT,
    searched       TEXT,
    indicator      TEXT,
    lessons        TEXT,
    related_to     TEXT,
    licence        TEXT NOT NULL,
    language       TEXT NOT NULL,
    wire           BLOB NOT NULL,
    sha256         TEXT NOT NULL,
    created_at     DATETIME NOT NULL,
    UNIQUE (update_id, number)
);

-- Our posts that are not constats. An actor has at most one pinned Note.
CREATE TABLE notes (
    id           TEXT PRIMARY KEY CHECK (length(id) = 26),
    kind         TEXT NOT NULL CHECK (kind IN ('pinned', 'correction', 'answer')),
    actor        TEXT NOT NULL,
    update_id    TEXT NOT NULL,
    in_reply_to  TEXT NOT NULL,
    language     TEXT NOT NULL,
    html         TEXT NOT NULL,
    published_at DATETIME NOT NULL,
    updated_at   DATETIME,
    deleted_at   DATETIME,
    wire         BLOB NOT NULL,
    wire_version INTEGER NOT NULL,
    like_count   INTEGER NOT NULL,
    boost_count  INTEGER NOT NULL,
    reply_count  INTEGER NOT NULL
);
CREATE INDEX notes_update ON notes (update_id);
CREATE UNIQUE INDEX notes_pinned ON notes (actor) WHERE kind = 'pinned' AND deleted_at IS NULL;

-- Everything that we said, in the bytes in which we said it. The three counters
-- outlive the rows of deliveries; what waits is total - sent - given_up.
CREATE TABLE activities (
    id         TEXT PRIMARY KEY CHECK (length(id) = 26),
    actor      TEXT NOT NULL,
    type       TEXT NOT NULL,
    object     TEXT NOT NULL,
    audience   TEXT NOT NULL CHECK (audience IN ('many', 'one')),
    public     BOOLEAN NOT NULL,
    in_outbox  BOOLEAN NOT NULL,
    body       BLOB NOT NULL,
    key_id     INTEGER NOT NULL,
    total      INTEGER NOT NULL,
    sent       INTEGER NOT NULL,
    given_up   INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    undone_at  DATETIME
);
CREATE INDEX activities_outbox ON activities (actor, id) WHERE in_outbox AND undone_at IS NULL;
CREATE INDEX activities_object ON activities (object, type);

-- Who follows our actors. delivery_host is whose turn a delivery waits for.
CREATE TABLE followers (
    id            INTEGER PRIMARY KEY,
    actor         TEXT NOT NULL,
    follower      TEXT NOT NULL,
    host          TEXT NOT NULL,
    inbox         TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    follow_id     TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    delivery_host TEXT NOT NULL GENERATED ALWAYS AS (substr(delivery, instr(delivery, '://') + 3, instr(substr(delivery, instr(delivery, '://') + 3) || '/', '/') - 1)) STORED,
    UNIQUE (actor, follower)
);
CREATE INDEX followers_actor ON followers (actor, id);
CREATE INDEX followers_follower ON followers (follower);
CREATE INDEX followers_host ON followers (host, actor);

-- Whom our organisation follows; peer_id 0 is not part of a peer.
CREATE TABLE follows (
    id          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL UNIQUE,
    host        TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'rejected')),
    activity_id TEXT NOT NULL,
    peer_id     INTEGER NOT NULL,
    created_at  DATETIME NOT NULL
);
CREATE INDEX follows_activity ON follows (activity_id);
CREATE INDEX follows_peer ON follows (peer_id);

-- Other organisations whose constats we keep.
CREATE TABLE peers (
    id           INTEGER PRIMARY KEY,
    organisation TEXT NOT NULL UNIQUE,
    host         TEXT NOT NULL,
    handle       TEXT NOT NULL,
    name         TEXT NOT NULL,
    created_at   DATETIME NOT NULL
);
CREATE INDEX peers_host ON peers (host);

-- Constats of peers as received; never shown as ours.
CREATE TABLE peer_updates (
    id                   INTEGER PRIMARY KEY,
    uri                  TEXT NOT NULL UNIQUE,
    actor                TEXT NOT NULL,
    organisation         TEXT NOT NULL,
    measure_iri          TEXT NOT NULL,
    measure              TEXT NOT NULL,
    subject              TEXT NOT NULL,
    territory            TEXT NOT NULL,
    territory_name       TEXT NOT NULL,
    institution_name     TEXT NOT NULL,
    institution_kind     TEXT NOT NULL,
    institution_siren    TEXT NOT NULL,
    institution_wikidata TEXT NOT NULL,
    territories          TEXT,
    stage                TEXT NOT NULL,
    title                TEXT NOT NULL,
    summary              TEXT NOT NULL,
    text                 TEXT NOT NULL,
    confidence           TEXT NOT NULL,
    effective_date       TEXT NOT NULL,
    observed_date        TEXT NOT NULL,
    evidence             TEXT,
    searched             TEXT,
    indicator            TEXT,
    lessons              TEXT,
    related_to           TEXT,
    licence              TEXT NOT NULL,
    language             TEXT NOT NULL,
    revision             INTEGER NOT NULL,
    revision_reason      TEXT NOT NULL,
    html                 TEXT NOT NULL,
    url                  TEXT NOT NULL,
    published_at         DATETIME NOT NULL,
    updated_at           DATETIME,
    received_at          DATETIME NOT NULL,
    withdrawn_at         DATETIME,
    wire                 BLOB NOT NULL
);
CREATE INDEX peer_updates_measure ON peer_updates (measure_iri, published_at);
CREATE INDEX peer_updates_actor ON peer_updates (actor);
CREATE INDEX peer_updates_published ON peer_updates (published_at);

-- Likes and boosts of our posts: one row per kind, actor and object, so that a
-- repeated or renumbered Like counts once.
CREATE TABLE interactions (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('like', 'boost')),
    actor         TEXT NOT NULL,
    object        TEXT NOT NULL,
    activity_id   TEXT NOT NULL,
    emoji         TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    delivery_host TEXT NOT NULL GENERATED ALWAYS AS (substr(delivery, instr(delivery, '://') + 3, instr(substr(delivery, instr(delivery, '://') + 3) || '/', '/') - 1)) STORED,
    UNIQUE (actor, object, kind)
);
CREATE INDEX interactions_object ON interactions (object, kind, id);

-- Permissions to quote that we gave (FEP-044f). A revoked one stays, so that
-- asking again does not bring it back.
CREATE TABLE quotes (
    id            TEXT PRIMARY KEY CHECK (length(id) = 26),
    actor         TEXT NOT NULL,
    object        TEXT NOT NULL,
    quoting       TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    created_at    DATETIME NOT NULL,
    revoked_at    DATETIME,
    delivery_host TEXT NOT NULL GENERATED ALWAYS AS (substr(delivery, instr(delivery, '://') + 3, instr(substr(delivery, instr(delivery, '://') + 3) || '/', '/') - 1)) STORED,
    UNIQUE (quoting, object)
);
CREATE INDEX quotes_object ON quotes (object);
CREATE INDEX quotes_actor ON quotes (actor);

-- Replies to ours and mentions of us; nothing is shown before a decision.
CREATE TABLE replies (
    id            INTEGER PRIMARY KEY,
    uri           TEXT NOT NULL UNIQUE,
    actor         TEXT NOT NULL,
    in_reply_to   TEXT NOT NULL,
    object        TEXT NOT NULL,
    mentioned     TEXT NOT NULL,
    html          TEXT NOT NULL,
    language      TEXT NOT NULL,
    url           TEXT NOT NULL,
    public        BOOLEAN NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'shown', 'hidden')),
    reason        TEXT NOT NULL,
    delivery      TEXT NOT NULL,
    published_at  DATETIME NOT NULL,
    updated_at    DATETIME,
    received_at   DATETIME NOT NULL,
    delivery_host TEXT NOT NULL GENERATED ALWAYS AS (substr(delivery, instr(delivery, '://') + 3, instr(substr(delivery, instr(delivery, '://') + 3) || '/', '/') - 1)) STORED
);
CREATE INDEX replies_object ON replies (object, state, id);
CREATE INDEX replies_actor ON replies (actor);
CREATE INDEX replies_pending ON replies (id) WHERE state = 'pending';

-- Flags received. One open report per subject and host: a repeated Flag does
-- not flood the moderation.
CREATE TABLE reports (
    id          INTEGER PRIMARY KEY,
    activity_id TEXT NOT NULL,
    reporter    TEXT NOT NULL,
    host        TEXT NOT NULL,
    objects     TEXT,
    digest      TEXT NOT NULL,
    text        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'closed')),
    created_at  DATETIME NOT NULL
);
CREATE UNIQUE INDEX reports_open ON reports (digest) WHERE state = 'open';
CREATE INDEX reports_host ON reports (host, created_at);

-- Domains refused with their subdomains, in both directions.
CREATE TABLE domain_blocks (
    domain     TEXT PRIMARY KEY CHECK (domain <> ''),
    severity   TEXT NOT NULL CHECK (severity IN ('suspend')),
    comment    TEXT NOT NULL,
    created_at DATETIME NOT NULL
) WITHOUT ROWID;

-- Single actors refused: by us, or us by them.
CREATE TABLE actor_blocks (
    id          INTEGER PRIMARY KEY,
    blocker     TEXT NOT NULL,
    blocked     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    created_at  DATETIME NOT NULL,
    UNIQUE (blocker, blocked)
);

-- Remote ids that were deleted: a late Create must not bring them back.
CREATE TABLE tombstones (
    uri        TEXT PRIMARY KEY,
    deleted_at DATETIME NOT NULL
) WITHOUT ROWID;

-- Digests of what was received, so that a repetition is handled once. Pruned
-- by age.
CREATE TABLE seen_activities (
    digest  BLOB PRIMARY KEY,
    seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_activities_age ON seen_activities (seen_at);

-- The people of the organisation.
CREATE TABLE people (
    id            INTEGER PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE CHECK (email <> '' AND email = lower(email)),
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('reader', 'editor', 'reviewer', 'admin')),
    password_hash TEXT NOT NULL,
    language      TEXT NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created_at    DATETIME NOT NULL
);

-- Who decided what. The person is not a foreign key: the entry outlives them.
CREATE TABLE audit_entries (
    id     INTEGER PRIMARY KEY,
    at     DATETIME NOT NULL,
    person INTEGER NOT NULL,
    who    TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    reason TEXT NOT NULL,
    public BOOLEAN NOT NULL
);
CREATE INDEX audit_entries_public ON audit_entries (id) WHERE public;

-- The queue: one row per activity and inbox. State 0 waits, 1 sent, 2 given up,
-- 3 dropped. No foreign key to activities: it would cost a trigger per row of a
-- fan-out, and the fan-out checks the activity itself. Sent rows tell later who
-- must hear of a Delete.
CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY,
    activity_id TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    host        TEXT NOT NULL CHECK (host <> ''),
    object      TEXT NOT NULL,
    state       INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
    attempts    INTEGER NOT NULL,
    next_at     INTEGER NOT NULL,
    last_status INTEGER NOT NULL,
    last_error  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (activity_id, inbox)
);
CREATE INDEX deliveries_waiting ON deliveries (host, id) WHERE state = 0;
-- Few rows wait for a time of their own; they hold back later ones about the
-- same object.
CREATE INDEX deliveries_held ON deliveries (host, object) WHERE state = 0 AND next_at > 0;
CREATE INDEX deliveries_given_up ON deliveries (host, id) WHERE state = 2;

-- What we know of the servers that we send to. A claim pushes next_at forward:
-- that is the lease, and leased tells it from a back-off, so that new work and
-- inbound contact may shorten the one and never the other.
CREATE TABLE hosts (
    host          TEXT PRIMARY KEY CHECK (host <> ''),
    next_at       INTEGER NOT NULL DEFAULT 0,
    pending       BOOLEAN NOT NULL DEFAULT false,
    leased        BOOLEAN NOT NULL DEFAULT false,
    failures      INTEGER NOT NULL DEFAULT 0,
    scheme        TEXT NOT NULL DEFAULT '',
    last_error    TEXT NOT NULL DEFAULT '',
    failing_since INTEGER NOT NULL DEFAULT 0,
    seen_at       INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX hosts_due ON hosts (next_at) WHERE pending;

-- +goose Down
DROP TABLE hosts;
DROP TABLE deliveries;
DROP TABLE audit_entries;
DROP TABLE people;
DROP TABLE seen_activities;
DROP TABLE tombstones;
DROP TABLE actor_blocks;
DROP TABLE domain_blocks;
DROP TABLE reports;
DROP TABLE replies;
DROP TABLE quotes;
DROP TABLE interactions;
DROP TABLE peer_updates;
DROP TABLE peers;
DROP TABLE follows;
DROP TABLE followers;
DROP TABLE activities;
DROP TABLE notes;
DROP TABLE revisions;
DROP TABLE updates;
DROP TABLE remote_actors;
DROP TABLE actor_keys;
DROP TABLE actors;
DROP TABLE public_revision;
DROP TABLE settings;
