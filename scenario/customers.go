package scenario

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// The input files that WriteCustomers writes.
const (
	OrganizationsFile = "organizations.csv"
	AccountsFile      = "accounts.csv"
	ContactsFile      = "contacts.csv"
	ResourcesFile     = "resources.csv"
	PlansFile         = "support-plans.csv"
	UsageBillFile     = "bill-2018-11.csv"
	TargetBillFile    = "bill-2018-12.csv"
)

// customers is how many accounts the invented provider has.
const customers = 500

// The special accounts of the replay, by their number from 1.
const (
	wonAccount    = 42 // billed in won
	closedAccount = 77 // has no December bill: paid by hand
	smallDecember = 88 // its December charges are below its credit
	largeAccount  = 7  // an estate of 120 instances
	retainers     = 20 // the last ones: linked to one payer, one address behind all
)

// customer is one invented account; all of it follows from its number.
type customer struct {
	number int
}

func (c customer) id() string { return fmt.Sprintf("2018%08d", c.number) }

func (c customer) linked() bool { return c.number > customers-retainers }

func (c customer) organization() string {
	switch {
	case c.linked():
		return "900000000003"
	case c.number > customers-5*retainers:
		return "900000000002"
	default:
		return "900000000001"
	}
}

func (c customer) korean() bool { return c.number%5 == 0 }

func (c customer) language() string {
	if c.korean() {
		return "ko"
	}
	return "en"
}

func (c customer) currency() string {
	if c.number == wonAccount {
		return "KRW"
	}
	return "USD"
}

func (c customer) name() string {
	if c.korean() {
		return fmt.Sprintf("가상 고객 %d", c.number)
	}
	return fmt.Sprintf("Invented customer %d", c.number)
}

// life is a time during which one of a customer's instances ran.
type life struct {
	from, to string // RFC 3339; to may be empty
	count    int
}

const (
	longAgo  = "2016-11-01T00:00:00+09:00"
	nov10    = "2018-11-10T00:00:00+09:00"
	after950 = "2018-11-22T09:50:00+09:00"
)

// seoul lists the lives of the customer's instances in Seoul. Some have nothing
// there, some had instances that ended on 10 November, some began after the
// recovery, and some have both, so that only a hull of their lives covers the
// outage.
func (c customer) seoul() []life {
	switch {
	case c.number == largeAccount:
		return []life{{from: longAgo, count: 120}}
	case c.number%10 == 0 || c.number%50 == 3:
		return nil
	case c.number%50 == 1:
		return []life{{from: longAgo, to: nov10, count: 2}}
	case c.number%50 == 2 && c.number != wonAccount:
		return []life{{from: after950, count: 1}}
	case c.number%50 == 4:
		return []life{{from: longAgo, to: nov10, count: 1}, {from: after950, count: 1}}
	}
	return []life{{from: longAgo, count: 1 + c.number%4}}
}

// WriteCustomers writes the customers, what they have and their bills into dir.
// The same bytes come out every time.
func WriteCustomers(dir string) error {
	files := []struct {
		name  string
		write func(*csv.Writer) error
	}{
		{OrganizationsFile, writeOrganizations},
		{AccountsFile, eachCustomer([]string{"id", "organization", "name", "language", "currency", "status"}, accountRows)},
		{ContactsFile, eachCustomer([]string{"account", "address", "language", "kinds"}, contactRows)},
		{ResourcesFile, eachCustomer([]string{"id", "account", "service", "region", "zone", "name", "tags", "life_from", "life_to"}, resourceRows)},
		{PlansFile, eachCustomer([]string{"account", "plan", "manager"}, planRows)},
		{UsageBillFile, eachCustomer(billColumns(), usageRows)},
		{TargetBillFile, eachCustomer(billColumns(), targetRows)},
	}
	for _, f := range files {
		if err := writeCSV(filepath.Join(dir, f.name), f.write); err != nil {
			return fmt.Errorf("write the replay's %s: %w", f.name, err)
		}
	}
	return nil
}

func writeCSV(path string, write func(*csv.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // G304: the replay's own folder
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(io.Writer(f))
	if err := write(w); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func writeOrganizations(w *csv.Writer) error {
	return w.WriteAll([][]string{
		{"id", "name"},
		{"900000000001", "Invented customers, self-service"},
		{"900000000002", "가상 기업 한빛"},
		{"900000000003", "Invented group Cheongma"},
	})
}

func eachCustomer(header []string, rows func(customer) [][]string) func(*csv.Writer) error {
	return func(w *csv.Writer) error {
		if err := w.Write(header); err != nil {
			return err
		}
		for n := 1; n <= customers; n++ {
			if err := w.WriteAll(rows(customer{number: n})); err != nil {
				return err
			}
		}
		return nil
	}
}

func accountRows(c customer) [][]string {
	return [][]string{{c.id(), c.organization(), c.name(), c.language(), c.currency(), "active"}}
}

func contactRows(c customer) [][]string {
	if c.linked() {
		return [][]string{{c.id(), "cloud@cheongma.example", "en", "operations;billing"}}
	}
	ops := fmt.Sprintf("ops@customer-%03d.example", c.number)
	rows := [][]string{{c.id(), ops, c.language(), "operations;billing"}}
	if c.number%25 == 6 { // a second reader, in the other language
		other := "ko"
		if c.korean() {
			other = "en"
		}
		rows = append(rows, []string{c.id(), fmt.Sprintf("lead@customer-%03d.example", c.number), other, "operations"})
	}
	return rows
}

func planRows(c customer) [][]string {
	switch {
	case c.linked():
		return [][]string{{c.id(), "enterprise", "manager-1"}}
	case c.number%7 == 0:
		return [][]string{{c.id(), "business", ""}}
	}
	return [][]string{{c.id(), "basic", ""}}
}

func resourceRows(c customer) [][]string {
	var rows [][]string
	add := func(service, region, zone, kind string, l life) {
		for range l.count {
			n := len(rows) + 1
			id := fmt.Sprintf("arn:hangang:%s:%s:%s:%s/%s-%s%04d", service, region, c.id(), kind, service[:1], c.id()[4:], n)
			rows = append(rows, []string{id, c.id(), service, region, zone, fmt.Sprintf("%s-%d", kind, n), "team=" + strconv.Itoa(c.number%3), l.from, l.to})
		}
	}
	for i, l := range c.seoul() {
		add("ec2", "ap-northeast-2", []string{"ap-northeast-2a", "ap-northeast-2c"}[(c.number+i)%2], "instance", l)
	}
	always := life{from: longAgo, count: 1}
	if c.number%10 == 0 || c.number%6 == 0 {
		add("ec2", "ap-northeast-1", "ap-northeast-1a", "instance", always)
	}
	if c.number%50 == 3 {
		add("rds", "ap-northeast-2", "ap-northeast-2a", "db", always)
	}
	if c.number%3 == 0 {
		add("s3", "us-east-1", "", "bucket", always)
	}
	return rows
}

// inSeoulFor is how many days of November the customer's instances in Seoul ran,
// summed over them.
func (c customer) inSeoulFor() int {
	days := 0
	for _, l := range c.seoul() {
		from, _ := time.Parse(time.RFC3339, l.from)
		switch {
		case l.to != "":
			days += 9 * l.count
		case from.Year() == 2018:
			days += 9 * l.count
		default:
			days += 30 * l.count
		}
	}
	return days
}
