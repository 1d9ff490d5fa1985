-- +goose Up
CREATE TABLE opinion (
    id       text COLLATE "C" NOT NULL PRIMARY KEY,
    page     text COLLATE "C" NOT NULL,
    lang     text COLLATE "C" NOT NULL,
    useful   integer NOT NULL,
    remark   text NOT NULL,
    given_at bigint NOT NULL
);
CREATE INDEX opinion_page ON opinion (page, id);
