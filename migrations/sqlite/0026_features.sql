-- +goose Up

-- Accounts of peers' measures that our measures ask to name in a collection
-- (FEP-7aa9), and the permissions that they gave; without one they are not named.
CREATE TABLE features (
    collection  TEXT NOT NULL,
    object      TEXT NOT NULL,
    request     TEXT NOT NULL,
    permission  TEXT NOT NULL,
    asked_at    DATETIME NOT NULL,
    answered_at DATETIME,
    PRIMARY KEY (collection, object)
);
CREATE INDEX features_request ON features (request);
CREATE INDEX features_object ON features (object);

-- +goose Down
DROP TABLE features;
