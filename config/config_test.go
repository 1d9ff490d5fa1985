package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
)

func none(string) string { return "" }

func TestEveryMistakeIsToldAtOnceWithItsLine(t *testing.T) {
	t.Parallel()
	text := `database: mysql://x
listen: 8018
public_url: nowhere
time_zone: Asia/Busan
roles: [web, cook]
colour: red
mail:
  connections: 900
`
	_, err := config.Parse("b.yaml", []byte(text), none)
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"b.yaml:1: ", "b.yaml:2: ", "b.yaml:3: ", "b.yaml:4: ", `b.yaml:5: "cook"`, "b.yaml:6: unknown field colour", "b.yaml:8: 900"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestTheEnvironmentWinsAndPathsAreTheFiles(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("/etc/bonghwa/b.yaml", []byte("database: sqlite:data/b.db\n"), none)
	if err != nil || c.Database != "sqlite:/etc/bonghwa/data/b.db" {
		t.Errorf("%q, %v", c.Database, err)
	}
	c, err = config.Parse("b.yaml", nil, func(name string) string {
		return map[string]string{"BONGHWA_DATABASE": "postgres://db/x"}[name]
	})
	if err != nil || c.Database != "postgres://db/x" || c.Listen != "127.0.0.1:8018" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "none.yaml")
	if _, err := config.Load(file, none); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "bonghwa init") {
		t.Errorf("got %v", err)
	}
}
