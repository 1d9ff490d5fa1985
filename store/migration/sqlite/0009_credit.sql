-- +goose Up
CREATE TABLE credit_run (
    id          TEXT NOT NULL PRIMARY KEY,
    state       TEXT NOT NULL,
    service     TEXT NOT NULL,
    region      TEXT NOT NULL,
    family      TEXT NOT NULL,
    month       TEXT NOT NULL, -- "2018-11"
    availability TEXT NOT NULL,            -- JSON: the row of measurement it stands on
    content     TEXT NOT NULL,             -- JSON: what was computed, without the lines
    planned_by  TEXT NOT NULL,
    planned_at  INTEGER NOT NULL,
    approved_by TEXT NOT NULL,             -- empty until posted
    approved_at INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    CHECK (approved_by <> planned_by),
    CHECK ((state = 'planned') = (approved_by = ''))
) STRICT;
CREATE INDEX credit_run_scope ON credit_run (service, region, month, id);

CREATE TABLE credit_line (
    run          TEXT NOT NULL REFERENCES credit_run (id),
    position     INTEGER NOT NULL,
    payee_kind   TEXT NOT NULL,
    payee        TEXT NOT NULL,
    currency     TEXT NOT NULL,
    base         TEXT NOT NULL, -- fixed width, sorts as the amounts do
    target_minor INTEGER NOT NULL,
    post_minor   INTEGER NOT NULL CHECK (post_minor >= 0),
    content      TEXT NOT NULL,             -- JSON: the whole line
    PRIMARY KEY (run, position)
) STRICT;
CREATE INDEX credit_line_payee ON credit_line (payee, payee_kind, run);

-- The bill's sums that a run stands on.
CREATE TABLE bill_base (
    run             TEXT NOT NULL REFERENCES credit_run (id),
    position        INTEGER NOT NULL,
    billing_account TEXT NOT NULL,
    account         TEXT NOT NULL,
    bill_service    TEXT NOT NULL,
    region          TEXT NOT NULL,
    currency        TEXT NOT NULL,
    cost            TEXT NOT NULL,
    bill_rows       INTEGER NOT NULL,
    PRIMARY KEY (run, position)
) STRICT;

-- Whether a month's credits go to accounts or to organizations: the first posting
-- decides, so that no account is granted once as itself and once by its payer.
CREATE TABLE credit_payee (
    family     TEXT NOT NULL,
    month      TEXT NOT NULL,
    service    TEXT NOT NULL,
    region     TEXT NOT NULL,
    payee_kind TEXT NOT NULL,
    PRIMARY KEY (family, month, service, region)
) STRICT;

-- One row for every posting to an identity: two runs that start from the same
-- state of an identity want the same row, and only one gets it.
CREATE TABLE credit_posting (
    family     TEXT NOT NULL,
    month      TEXT NOT NULL,
    service    TEXT NOT NULL,
    region     TEXT NOT NULL,
    payee_kind TEXT NOT NULL,
    payee      TEXT NOT NULL,
    currency   TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    run        TEXT NOT NULL REFERENCES credit_run (id),
    minor      INTEGER NOT NULL CHECK (minor > 0),
    PRIMARY KEY (family, month, service, region, payee_kind, payee, currency, sequence)
) STRICT;

-- One movement between two books a row: debits and credits are equal by
-- construction. Append-only, see the triggers.
CREATE TABLE ledger_entry (
    run        TEXT NOT NULL REFERENCES credit_run (id),
    kind       TEXT NOT NULL,
    payee_kind TEXT NOT NULL,
    payee      TEXT NOT NULL,
    currency   TEXT NOT NULL,
    account    TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    family     TEXT NOT NULL,
    month      TEXT NOT NULL, -- of the outage
    service    TEXT NOT NULL,
    region     TEXT NOT NULL,
    book_month TEXT NOT NULL, -- that the movement belongs to
    debit      TEXT NOT NULL,
    credit     TEXT NOT NULL,
    minor      INTEGER NOT NULL CHECK (minor > 0),
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (run, kind, payee_kind, payee, currency, account, sequence)
) STRICT;
CREATE INDEX ledger_entry_account ON ledger_entry (account, month, run);

-- What was taken off bills, one row of credit each. Append-only.
CREATE TABLE credit_application (
    run        TEXT NOT NULL REFERENCES credit_run (id),
    payee_kind TEXT NOT NULL,
    payee      TEXT NOT NULL,
    currency   TEXT NOT NULL,
    account    TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    service    TEXT NOT NULL,
    region     TEXT NOT NULL,
    bill       TEXT NOT NULL, -- month
    invoice    TEXT NOT NULL,
    minor      INTEGER NOT NULL CHECK (minor > 0),
    content    TEXT NOT NULL,             -- JSON: the whole use
    PRIMARY KEY (run, payee_kind, payee, currency, account, sequence)
) STRICT;
CREATE INDEX credit_application_bill ON credit_application (bill, service, region);
CREATE INDEX credit_application_account ON credit_application (account, run);

-- +goose StatementBegin
CREATE TRIGGER credit_posting_no_update BEFORE UPDATE ON credit_posting
BEGIN SELECT RAISE(ABORT, 'credit_posting is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_posting_no_delete BEFORE DELETE ON credit_posting
BEGIN SELECT RAISE(ABORT, 'credit_posting is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_application_no_update BEFORE UPDATE ON credit_application
BEGIN SELECT RAISE(ABORT, 'credit_application is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_application_no_delete BEFORE DELETE ON credit_application
BEGIN SELECT RAISE(ABORT, 'credit_application is append-only'); END;
-- +goose StatementEnd
