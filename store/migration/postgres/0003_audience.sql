-- +goose Up
-- Every row below that has journal_from is true from that journal number until
-- journal_to (0: still), and is never changed but for being ended. So whatever is
-- asked at a number has one answer for ever.
CREATE TABLE inventory (
    id      bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    as_of   bigint NOT NULL, -- world time the resources were last known right; 0: never imported
    version bigint NOT NULL  -- counts imports; imports are serialized by it
);
INSERT INTO inventory (id, as_of, version) VALUES (1, 0, 0);

CREATE TABLE organization (
    id           text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (id, journal_from)
);

CREATE TABLE account (
    id           text COLLATE "C" NOT NULL,
    organization text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    language     text NOT NULL,
    currency     text NOT NULL,
    status       text NOT NULL,
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (id, journal_from)
);
CREATE INDEX account_organization ON account (organization, id);

-- The one place where addresses live.
CREATE TABLE endpoint (
    id      text COLLATE "C" NOT NULL PRIMARY KEY,
    channel text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    UNIQUE (channel, address)
);

CREATE TABLE contact (
    account      text COLLATE "C" NOT NULL,
    endpoint     text COLLATE "C" NOT NULL,
    language     text NOT NULL, -- empty: the account's
    kinds        text NOT NULL, -- sorted words with a space between
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (account, endpoint, journal_from)
);
CREATE INDEX contact_endpoint ON contact (endpoint, account);

CREATE TABLE support_plan (
    account      text COLLATE "C" NOT NULL,
    plan         text NOT NULL,
    manager      text NOT NULL,
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (account, journal_from)
);

CREATE TABLE resource (
    id           text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    service      text COLLATE "C" NOT NULL,
    region       text COLLATE "C" NOT NULL,
    zone         text COLLATE "C" NOT NULL, -- empty: not in one zone
    name         text COLLATE "C" NOT NULL,
    tags         text NOT NULL, -- JSON object, keys sorted
    search       text NOT NULL, -- id, name and tags in lower case
    life_from    bigint NOT NULL,
    life_to      bigint NOT NULL, -- 0: still lives
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (id, journal_from)
);
CREATE INDEX resource_scope ON resource (account, service, region, zone, name, id);

-- Maximal merged spans of the lives of an account's resources in a scope: no two
-- rows that hold at the same number and scope touch or overlap.
CREATE TABLE account_scope (
    account      text COLLATE "C" NOT NULL,
    service      text COLLATE "C" NOT NULL,
    region       text COLLATE "C" NOT NULL,
    zone         text COLLATE "C" NOT NULL,
    life_from    bigint NOT NULL,
    life_to      bigint NOT NULL, -- 0: open
    resources    bigint NOT NULL, -- how many lives were merged
    journal_from bigint NOT NULL,
    journal_to   bigint NOT NULL,
    PRIMARY KEY (account, service, region, zone, life_from, journal_from)
);
CREATE INDEX account_scope_scope ON account_scope
    (service, region, zone, account, life_from, life_to, journal_from, journal_to);
