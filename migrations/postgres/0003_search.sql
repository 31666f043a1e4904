-- +goose Up

-- The words of constats that stand, for the search of the chronology, stemmed
-- in the constat's language where the server knows it. A trigger keeps it, so
-- that no use case can forget to.
CREATE TABLE search_texts (
    id    TEXT COLLATE "C" PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_texts_words ON search_texts USING gin (words);

-- A server built without the stemmers still finds whole words.
-- +goose StatementBegin
CREATE FUNCTION search_config(lang TEXT) RETURNS regconfig LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT oid FROM pg_catalog.pg_ts_config
        WHERE cfgname = CASE WHEN lang = 'fr' OR lang LIKE 'fr-%' THEN 'french' WHEN lang = 'en' OR lang LIKE 'en-%' THEN 'english' ELSE 'simple' END
        LIMIT 1), 'pg_catalog.simple'::regconfig)::regconfig
$$;
-- +goose StatementEnd

-- Plain words are kept beside the stems: a search in another language than the
-- constat's finds those.
-- +goose StatementBegin
CREATE FUNCTION search_words(lang TEXT, title TEXT, body TEXT) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector(search_config(lang), title), 'A') || to_tsvector(search_config(lang), body)
        || to_tsvector('pg_catalog.simple', title || ' ' || body)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM search_texts WHERE id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.withdrawn_at IS NULL THEN
        INSERT INTO search_texts (id, words) VALUES (NEW.id,
            search_words(NEW.language, NEW.title, concat_ws(' ', NEW.summary, NEW.text, NEW.institution_name, NEW.territory_name)));
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
INSERT INTO search_texts (id, words)
    SELECT id, search_words(language, title, concat_ws(' ', summary, text, institution_name, territory_name)) FROM updates WHERE withdrawn_at IS NULL;
CREATE TRIGGER search_added AFTER INSERT OR DELETE ON updates FOR EACH ROW EXECUTE FUNCTION search_keep();
-- Likes and boosts change a row often and its words never.
CREATE TRIGGER search_changed AFTER UPDATE ON updates FOR EACH ROW
    WHEN (OLD.title <> NEW.title OR OLD.summary <> NEW.summary OR OLD.text <> NEW.text OR OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at)
    EXECUTE FUNCTION search_keep();

-- +goose Down
DROP TRIGGER search_changed ON updates;
DROP TRIGGER search_added ON updates;
DROP FUNCTION search_keep();
DROP FUNCTION search_words(TEXT, TEXT, TEXT);
DROP FUNCTION search_config(TEXT);
DROP TABLE search_texts;
