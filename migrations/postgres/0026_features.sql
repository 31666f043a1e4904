-- +goose Up

-- Accounts of peers' measures that our measures ask to name in a collection
-- (FEP-7aa9), and the permissions that they gave; without one they are not named.
CREATE TABLE features (
    collection  TEXT COLLATE "C" NOT NULL,
    object      TEXT COLLATE "C" NOT NULL,
    request     TEXT COLLATE "C" NOT NULL,
    permission  TEXT COLLATE "C" NOT NULL,
    asked_at    TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    PRIMARY KEY (collection, object)
);
CREATE INDEX features_request ON features (request);
CREATE INDEX features_object ON features (object);

-- +goose Down
DROP TABLE features;
