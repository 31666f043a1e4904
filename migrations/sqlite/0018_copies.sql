-- +goose Up

-- The name of our copy of a peer's constat; rows of before get theirs at start.
ALTER TABLE peer_updates ADD COLUMN copy_id TEXT NOT NULL DEFAULT '';
CREATE INDEX peer_updates_copy ON peer_updates (copy_id);

-- The versions of peers' constats, as they came. A correction of wording is not
-- sent: numbers may be missing.
CREATE TABLE peer_revisions (
    id          INTEGER PRIMARY KEY,
    uri         TEXT NOT NULL,
    number      INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    stage       TEXT NOT NULL,
    title       TEXT NOT NULL,
    summary     TEXT NOT NULL,
    received_at DATETIME NOT NULL,
    sha256      TEXT NOT NULL,
    wire        BLOB NOT NULL,
    UNIQUE (uri, number)
);

-- The chronology's search finds copies by the same words as constats of ours.
-- +goose StatementBegin
CREATE TRIGGER search_copy_added AFTER INSERT ON peer_updates WHEN new.withdrawn_at IS NULL AND new.copy_id <> '' BEGIN
    INSERT INTO search_rows (id) VALUES (new.copy_id);
    INSERT INTO search_texts (rowid, id, title, body)
        SELECT doc, new.copy_id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name
        FROM search_rows WHERE id = new.copy_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_copy_changed AFTER UPDATE OF copy_id, title, summary, text, withdrawn_at ON peer_updates
    WHEN old.copy_id <> new.copy_id OR old.title <> new.title OR old.summary <> new.summary OR old.text <> new.text OR old.withdrawn_at IS NOT new.withdrawn_at BEGIN
    DELETE FROM search_texts WHERE rowid = (SELECT doc FROM search_rows WHERE id = old.copy_id);
    DELETE FROM search_rows WHERE id = old.copy_id;
    INSERT INTO search_rows (id) SELECT new.copy_id WHERE new.withdrawn_at IS NULL AND new.copy_id <> '';
    INSERT INTO search_texts (rowid, id, title, body)
        SELECT doc, new.copy_id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name
        FROM search_rows WHERE id = new.copy_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER search_copy_removed AFTER DELETE ON peer_updates BEGIN
    DELETE FROM search_texts WHERE rowid = (SELECT doc FROM search_rows WHERE id = old.copy_id);
    DELETE FROM search_rows WHERE id = old.copy_id;
END;
-- +goose StatementEnd

CREATE INDEX voices_everyone ON voices (fact_day DESC, published_at DESC, constat DESC, scope_key);

-- +goose Down
DROP INDEX voices_everyone;
DROP TRIGGER search_copy_removed;
DROP TRIGGER search_copy_changed;
DROP TRIGGER search_copy_added;
DROP TABLE peer_revisions;
DROP INDEX peer_updates_copy;
ALTER TABLE peer_updates DROP COLUMN copy_id;
