-- +goose Up
CREATE TABLE credit_run (
    id          text COLLATE "C" NOT NULL PRIMARY KEY,
    state       text NOT NULL,
    service     text COLLATE "C" NOT NULL,
    region      text COLLATE "C" NOT NULL,
    family      text COLLATE "C" NOT NULL,
    month       text COLLATE "C" NOT NULL, -- "2018-11"
    availability text NOT NULL,            -- JSON: the row of measurement it stands on
    content     text NOT NULL,             -- JSON: what was computed, without the lines
    planned_by  text NOT NULL,
    planned_at  bigint NOT NULL,
    approved_by text NOT NULL,             -- empty until posted
    approved_at bigint NOT NULL,
    version     bigint NOT NULL,
    CHECK (approved_by <> planned_by),
    CHECK ((state = 'planned') = (approved_by = ''))
);
CREATE INDEX credit_run_scope ON credit_run (service, region, month, id);

CREATE TABLE credit_line (
    run          text COLLATE "C" NOT NULL REFERENCES credit_run (id),
    position     bigint NOT NULL,
    payee_kind   text COLLATE "C" NOT NULL,
    payee        text COLLATE "C" NOT NULL,
    currency     text COLLATE "C" NOT NULL,
    base         text COLLATE "C" NOT NULL, -- fixed width, sorts as the amounts do
    target_minor bigint NOT NULL,
    post_minor   bigint NOT NULL CHECK (post_minor >= 0),
    content      text NOT NULL,             -- JSON: the whole line
    PRIMARY KEY (run, position)
);
CREATE INDEX credit_line_payee ON credit_line (payee, payee_kind, run);

-- The bill's sums that a run stands on.
CREATE TABLE bill_base (
    run             text COLLATE "C" NOT NULL REFERENCES credit_run (id),
    position        bigint NOT NULL,
    billing_account text COLLATE "C" NOT NULL,
    account         text COLLATE "C" NOT NULL,
    bill_service    text NOT NULL,
    region          text COLLATE "C" NOT NULL,
    currency        text COLLATE "C" NOT NULL,
    cost            text COLLATE "C" NOT NULL,
    bill_rows       bigint NOT NULL,
    PRIMARY KEY (run, position)
);

-- Whether a month's credits go to accounts or to organizations: the first posting
-- decides, so that no account is granted once as itself and once by its payer.
CREATE TABLE credit_payee (
    family     text COLLATE "C" NOT NULL,
    month      text COLLATE "C" NOT NULL,
    service    text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    payee_kind text COLLATE "C" NOT NULL,
    PRIMARY KEY (family, month, service, region)
);

-- One row for every posting to an identity: two runs that start from the same
-- state of an identity want the same row, and only one gets it.
CREATE TABLE credit_posting (
    family     text COLLATE "C" NOT NULL,
    month      text COLLATE "C" NOT NULL,
    service    text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    payee_kind text COLLATE "C" NOT NULL,
    payee      text COLLATE "C" NOT NULL,
    currency   text COLLATE "C" NOT NULL,
    sequence   bigint NOT NULL,
    run        text COLLATE "C" NOT NULL REFERENCES credit_run (id),
    minor      bigint NOT NULL CHECK (minor > 0),
    PRIMARY KEY (family, month, service, region, payee_kind, payee, currency, sequence)
);

-- One movement between two books a row: debits and credits are equal by
-- construction. Append-only, see the triggers.
CREATE TABLE ledger_entry (
    run        text COLLATE "C" NOT NULL REFERENCES credit_run (id),
    kind       text COLLATE "C" NOT NULL,
    payee_kind text COLLATE "C" NOT NULL,
    payee      text COLLATE "C" NOT NULL,
    currency   text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    sequence   bigint NOT NULL,
    family     text COLLATE "C" NOT NULL,
    month      text COLLATE "C" NOT NULL, -- of the outage
    service    text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    book_month text COLLATE "C" NOT NULL, -- that the movement belongs to
    debit      text NOT NULL,
    credit     text NOT NULL,
    minor      bigint NOT NULL CHECK (minor > 0),
    at         bigint NOT NULL,
    actor      text NOT NULL,
    CHECK (debit <> credit),
    PRIMARY KEY (run, kind, payee_kind, payee, currency, account, sequence)
);
CREATE INDEX ledger_entry_account ON ledger_entry (account, month, run);

-- What was taken off bills, one row of credit each. Append-only.
CREATE TABLE credit_application (
    run        text COLLATE "C" NOT NULL REFERENCES credit_run (id),
    payee_kind text COLLATE "C" NOT NULL,
    payee      text COLLATE "C" NOT NULL,
    currency   text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    sequence   bigint NOT NULL,
    service    text COLLATE "C" NOT NULL,
    region     text COLLATE "C" NOT NULL,
    bill       text COLLATE "C" NOT NULL, -- month
    invoice    text NOT NULL,
    minor      bigint NOT NULL CHECK (minor > 0),
    content    text NOT NULL,             -- JSON: the whole use
    PRIMARY KEY (run, payee_kind, payee, currency, account, sequence)
);
CREATE INDEX credit_application_bill ON credit_application (bill, service, region);
CREATE INDEX credit_application_account ON credit_application (account, run);

-- +goose StatementBegin
CREATE FUNCTION credit_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER credit_posting_append_only BEFORE UPDATE OR DELETE ON credit_posting FOR EACH ROW EXECUTE FUNCTION credit_append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION credit_append_only();
CREATE TRIGGER credit_application_append_only BEFORE UPDATE OR DELETE ON credit_application FOR EACH ROW EXECUTE FUNCTION credit_append_only();
