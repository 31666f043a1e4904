-- +goose Up

-- PostgreSQL's function for the words of a constat; here triggers do it themselves.
SELECT 1;

-- +goose Down
SELECT 1;
