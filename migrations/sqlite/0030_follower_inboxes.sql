-- +goose Up

-- A publication goes to each inbox once: it is found from one to the next, and not
-- among all who follow.
CREATE INDEX followers_inboxes ON followers (actor, delivery, delivery_host);

-- +goose Down
DROP INDEX followers_inboxes;
