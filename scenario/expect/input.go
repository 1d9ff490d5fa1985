// Package expect works out what must come of a replay, from the scenario's input
// files alone, and compares it with what came.
//
// It shares no code with the program: it imports the standard library only, so
// that a mistake in the program cannot make the same mistake here.
package expect

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// Script is what expect reads of the scenario's script.
type Script struct {
	Service  string `json:"service"`
	Region   string `json:"region"`
	BillName string `json:"bill_service"`
	Month    string `json:"month"`
	Declared struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	} `json:"declared"`
	Tiers []struct {
		Below string `json:"below"`
		Pct   string `json:"pct"`
	} `json:"tiers"`
	Minimum map[string]string `json:"minimum"` // exclusive, by currency
	Steps   []struct {
		Do string    `json:"do"`
		At time.Time `json:"at"`
	} `json:"steps"`
}

// account is one customer as the files tell it.
type account struct {
	id, currency, language string
	readers                map[string]string // address → language
	resources              []resource
	base                   *big.Rat // what the credit is computed on
	december               *big.Rat // charges that a credit may be taken off
}

type resource struct {
	service, region string
	from, to        time.Time // to is zero while it lives
}

// Input is all that the scenario's files say.
type Input struct {
	Script   Script
	accounts map[string]*account
}

// Load reads the input files in dir.
func Load(dir string) (Input, error) {
	in := Input{accounts: map[string]*account{}}
	raw, err := os.ReadFile(filepath.Join(dir, "script.json")) //nolint:gosec // G304: the replay's own folder
	if err != nil {
		return in, fmt.Errorf("read the script: %w", err)
	}
	if err := json.Unmarshal(raw, &in.Script); err != nil {
		return in, fmt.Errorf("read the script: %w", err)
	}
	for _, f := range []struct {
		name string
		take func(map[string]string) error
	}{
		{"accounts.csv", in.takeAccount},
		{"contacts.csv", in.takeContact},
		{"resources.csv", in.takeResource},
		{"bill-2018-11.csv", in.takeUsage},
		{"bill-2018-12.csv", in.takeTarget},
	} {
		if err := each(filepath.Join(dir, f.name), f.take); err != nil {
			return in, fmt.Errorf("read %s: %w", f.name, err)
		}
	}
	return in, nil
}

func each(path string, take func(map[string]string) error) error {
	f, err := os.Open(path) //nolint:gosec // G304: the replay's own folder
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return err
	}
	for n, row := range rows[1:] {
		cells := make(map[string]string, len(row))
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		if err := take(cells); err != nil {
			return fmt.Errorf("row %d: %w", n+2, err)
		}
	}
	return nil
}

func (in Input) takeAccount(c map[string]string) error {
	in.accounts[c["id"]] = &account{
		id: c["id"], currency: c["currency"], language: c["language"],
		readers: map[string]string{}, base: new(big.Rat), december: new(big.Rat),
	}
	return nil
}

func (in Input) account(id string) (*account, error) {
	a := in.accounts[id]
	if a == nil {
		return nil, fmt.Errorf("account %s is in no list of accounts", id)
	}
	return a, nil
}

func (in Input) takeContact(c map[string]string) error {
	a, err := in.account(c["account"])
	if err == nil {
		a.readers[c["address"]] = c["language"]
	}
	return err
}

func (in Input) takeResource(c map[string]string) error {
	a, err := in.account(c["account"])
	if err != nil {
		return err
	}
	r := resource{service: c["service"], region: c["region"]}
	if r.from, err = time.Parse(time.RFC3339, c["life_from"]); err != nil {
		return err
	}
	if c["life_to"] != "" {
		if r.to, err = time.Parse(time.RFC3339, c["life_to"]); err != nil {
			return err
		}
	}
	a.resources = append(a.resources, r)
	return nil
}

func (in Input) takeUsage(c map[string]string) error {
	category := c["ChargeCategory"]
	counts := (category == "Usage" || category == "Purchase") && c["ChargeFrequency"] != "One-Time"
	if !counts || c["ServiceName"] != in.Script.BillName || c["RegionId"] != in.Script.Region {
		return nil
	}
	return in.addCost(c, func(a *account) *big.Rat { return a.base })
}

func (in Input) takeTarget(c map[string]string) error {
	if c["ServiceName"] != in.Script.BillName || c["RegionId"] != in.Script.Region {
		return nil
	}
	return in.addCost(c, func(a *account) *big.Rat { return a.december })
}

func (in Input) addCost(c map[string]string, to func(*account) *big.Rat) error {
	a, err := in.account(c["SubAccountId"])
	if err != nil {
		return err
	}
	cost, ok := new(big.Rat).SetString(c["BilledCost"])
	if !ok {
		return fmt.Errorf("BilledCost %q is no number", c["BilledCost"])
	}
	to(a).Add(to(a), cost)
	return nil
}
