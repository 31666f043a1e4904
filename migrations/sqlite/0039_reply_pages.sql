-- +goose Up

-- A reply that is to be reported is found by its page, too.
CREATE INDEX replies_url ON replies (url);

-- +goose Down
DROP INDEX replies_url;
