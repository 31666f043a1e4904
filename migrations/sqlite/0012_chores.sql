-- +goose Up

-- What came of each chore last, for people to see: the queue's own rows are
-- forgotten soon after they are done. What waits is in the queue.
CREATE TABLE chores (
    chore         text PRIMARY KEY,
    done_at       datetime,                   -- the last turn that came to its end
    took_ms       integer NOT NULL DEFAULT 0, -- it
    error         text NOT NULL DEFAULT '',   -- of the last turn, if it failed
    failed_at     datetime,
    failing_since datetime
);

-- +goose Down
DROP TABLE chores;
