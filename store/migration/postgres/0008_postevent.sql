-- +goose Up
CREATE TABLE summary (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    incident     text COLLATE "C" NOT NULL UNIQUE REFERENCES incident (id),
    title        text NOT NULL,
    content      text NOT NULL,
    published_at bigint NOT NULL,
    published_by text NOT NULL,
    version      bigint NOT NULL
);
