-- +goose Up

-- The words of constats that stand, for the search of the chronology. FTS5 has
-- no French stemmer: words are compared without accents and by their beginning.
-- Triggers keep it, so that no use case can forget to.
CREATE VIRTUAL TABLE search_texts USING fts5 (id UNINDEXED, title, body, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO search_texts (id, title, body)
    SELECT id, title, summary || ' ' || text || ' ' || institution_name || ' ' || territory_name FROM updates WHERE withdrawn_at IS NULL;

-- +goose StatementBegin
CREATE TRIGGER search_added AFTER INSERT ON updates WHEN new.withdrawn_at IS NULL BEGIN
    INSERT INTO search_texts (id, title, body)
        VALUES (new.id, new.title, new.summary || ' ' || new.text || ' ' || new.institution_name || ' ' || new.territory_name);
END;
-- +goose StatementEnd

-- Likes and boosts change a row often and its words never.
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

-- +goose Down
DROP TRIGGER search_removed;
DROP TRIGGER search_changed;
DROP TRIGGER search_added;
DROP TABLE search_texts;
