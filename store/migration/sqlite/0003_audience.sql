-- +goose Up
-- Every row below that has journal_from is true from that journal number until
-- journal_to (0: still), and is never changed but for being ended. So whatever is
-- asked at a number has one answer for ever.
CREATE TABLE inventory (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    as_of   INTEGER NOT NULL, -- world time the resources were last known right; 0: never imported
    version INTEGER NOT NULL  -- counts imports; imports are serialized by it
) STRICT;
INSERT INTO inventory (id, as_of, version) VALUES (1, 0, 0);

CREATE TABLE organization (
    id           TEXT NOT NULL,
    name         TEXT NOT NULL,
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (id, journal_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id           TEXT NOT NULL,
    organization TEXT NOT NULL,
    name         TEXT NOT NULL,
    language     TEXT NOT NULL,
    currency     TEXT NOT NULL,
    status       TEXT NOT NULL,
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (id, journal_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_organization ON account (organization, id);

-- The one place where addresses live.
CREATE TABLE endpoint (
    id      TEXT NOT NULL PRIMARY KEY,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    UNIQUE (channel, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    account      TEXT NOT NULL,
    endpoint     TEXT NOT NULL,
    language     TEXT NOT NULL, -- empty: the account's
    kinds        TEXT NOT NULL, -- sorted words with a space between
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (account, endpoint, journal_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_endpoint ON contact (endpoint, account);

CREATE TABLE support_plan (
    account      TEXT NOT NULL,
    plan         TEXT NOT NULL,
    manager      TEXT NOT NULL,
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (account, journal_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE resource (
    id           TEXT NOT NULL,
    account      TEXT NOT NULL,
    service      TEXT NOT NULL,
    region       TEXT NOT NULL,
    zone         TEXT NOT NULL, -- empty: not in one zone
    name         TEXT NOT NULL,
    tags         TEXT NOT NULL, -- JSON object, keys sorted
    search       TEXT NOT NULL, -- id, name and tags in lower case
    life_from    INTEGER NOT NULL,
    life_to      INTEGER NOT NULL, -- 0: still lives
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (id, journal_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX resource_scope ON resource (account, service, region, zone, name, id);

-- Maximal merged spans of the lives of an account's resources in a scope: no two
-- rows that hold at the same number and scope touch or overlap.
CREATE TABLE account_scope (
    account      TEXT NOT NULL,
    service      TEXT NOT NULL,
    region       TEXT NOT NULL,
    zone         TEXT NOT NULL,
    life_from    INTEGER NOT NULL,
    life_to      INTEGER NOT NULL, -- 0: open
    resources    INTEGER NOT NULL, -- how many lives were merged
    journal_from INTEGER NOT NULL,
    journal_to   INTEGER NOT NULL,
    PRIMARY KEY (account, service, region, zone, life_from, journal_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_scope_scope ON account_scope
    (service, region, zone, account, life_from, life_to, journal_from, journal_to);
