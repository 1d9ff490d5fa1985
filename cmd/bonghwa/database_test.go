package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func must(t *testing.T, args ...string) string {
	t.Helper()
	r := command(t, args...)
	if r.status != exitDone {
		t.Fatalf("%v: status %d\n%s", args, r.status, r.err)
	}
	return r.out
}

func TestANodeIsPreparedFromNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "status")
	must(t, "init", dir)
	if r := command(t, "init", dir); r.status != exitFailed || !strings.Contains(r.err, "the file cannot be made") {
		t.Errorf("written twice: %d %s", r.status, r.err)
	}
	conf := filepath.Join(dir, "bonghwa.yaml")
	must(t, "check", "--config", conf, filepath.Join(dir, "catalog.yaml"))
	must(t, "migrate", "--config", conf)
	key := filepath.Join(dir, "operator.key")
	out := must(t, "key", "create", "--config", conf, "--role", "operator", "--name", "night shift", "--out", key)
	b, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(key)
	if err != nil || info.Mode().Perm() != 0o600 || strings.Contains(out, strings.TrimSpace(string(b))) {
		t.Errorf("%v, %v, %s", info.Mode(), err, out)
	}
	if r := command(t, "key", "create", "--config", conf, "--role", "operator", "--name", "again", "--out", key); r.status != exitFailed {
		t.Errorf("a key file was overwritten: %s", r.out)
	}
	none := filepath.Join(dir, "none.key")
	r := command(t, "key", "create", "--config", conf, "--role", "customer", "--name", "x", "--account", "nobody", "--out", none)
	if _, err := os.Stat(none); r.status != exitFailed || !os.IsNotExist(err) {
		t.Errorf("a key that was not made left a file: %d, %v", r.status, err)
	}
}

func TestCheckTellsEveryMistakeWithItsLine(t *testing.T) {
	t.Parallel()
	n := setup(t)
	conf := n.write("bonghwa.yaml", "listen: 8018\ncolour: red\n")
	r := command(t, "check", "--config", conf)
	for _, want := range []string{"bonghwa.yaml:1: ", "bonghwa.yaml:2: unknown field colour"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("%q is not in %s", want, r.err)
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(r.err), "\n") {
		if !strings.HasPrefix(line, "bonghwa: ") {
			t.Errorf("%q does not begin as errors do", line)
		}
	}
	catalog := n.write("catalog.yaml", "regions:\n  - {id: x, nam: {ko: 가, en: a}}\n")
	if r := command(t, "check", catalog); r.status != exitFailed || !strings.Contains(r.err, "catalog.yaml:2") {
		t.Errorf("%d %s", r.status, r.err)
	}
}

func TestAFileOfCustomersIsImportedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.do(append([]string{"catalog", "apply"}, catalogFiles(t)...)...)
	database := "sqlite:" + filepath.Join(n.dir, "bonghwa.db")
	organizations := n.write("organizations.csv", "id,name\norg-1,Invented\n")
	accounts := n.write("accounts.csv", "id,organization,name,language,currency,status\n100000000001,org-1,Hit,ko,USD,active\n")
	must(t, "accounts", "import", "--database", database, organizations, accounts)
	cut := n.write("resources.csv", "id,account,service,region,zone,name,tags,life_from,life_to\narn:1,100000000001,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\narn:2,1000000")
	r := command(t, "accounts", "import", "--database", database, cut)
	if r.status != exitFailed || !strings.Contains(r.err, "resources.csv:3") {
		t.Errorf("%d %s", r.status, r.err)
	}
	whole := n.write("resources-2.csv", "id,account,service,region,zone,name,tags,life_from,life_to\narn:1,100000000001,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\narn:2,100000000009,ec2,ap-northeast-2,,web,,2018-01-01T00:00:00Z,\n")
	r = command(t, "accounts", "import", "--database", database, "--skip-bad", "--json", whole)
	if r.status != exitDone || !strings.Contains(r.out, `"changed": 1`) || !strings.Contains(r.err, "resources-2.csv:3: row 2") {
		t.Errorf("%d %s%s", r.status, r.out, r.err)
	}
	must(t, "accounts", "import", "--database", database, organizations)
}
