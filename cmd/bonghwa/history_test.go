package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/history"
	"github.com/bonghwa/bonghwa/identity"
)

const pastLines = `{"id":"1","title":{"ko":"이름 해석 장애","en":"Names could not be resolved"},"impact":"critical","components":["EC2 Seoul","Rocket"],"started_at":"2018-11-20T00:00:00Z","resolved_at":"2018-11-20T01:00:00Z","updates":[{"at":"2018-11-20T00:10:00Z","status":"investigating","body":"Looking."},{"at":"2018-11-20T01:00:00Z","status":"resolved","body":"Over."}]}
{"id":"2","title":"Never ended well","updates":[{"at":"2018-11-20T00:10:00Z","status":"wondering","body":"Hm."}]}
`

func TestHistoryIsImportedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	n := setup(t)
	n.do(append([]string{"catalog", "apply"}, catalogFiles(t)...)...)
	file := n.write("past.jsonl", pastLines)
	args := func(more ...string) []string {
		return append([]string{"history", "import", "--database", "sqlite:" + filepath.Join(n.dir, "bonghwa.db"), "--format", "jsonl", "--map", "EC2 Seoul=ec2/ap-northeast-2", file}, more...)
	}
	r := command(t, args("--dry-run")...)
	if r.status != exitFailed || !strings.Contains(r.out, "would be 1 imported") || strings.Contains(n.do("incident", "list"), "Names could not") {
		t.Errorf("a dry run: status %d\n%s%s", r.status, r.out, r.err)
	}
	r = command(t, args()...)
	if r.status != exitFailed || !strings.Contains(r.err, "1 of the entries were refused") {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
	}
	for _, want := range []string{
		"2 entries read: 1 imported, 0 extended, 0 unchanged, 1 refused; 2 new updates, 1 new impacts",
		`noted: line 1: the component "Rocket" is none of the catalogue's`, `refused: line 2: updates[0].status: "wondering" is no state`, "(write a state such as",
	} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
	r = command(t, args("--skip-bad", "--json")...)
	var report history.Report
	if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.status != exitDone || report.Unchanged != 1 || report.Refused != 1 || len(report.Notes) != 2 || r.err != "" {
		t.Errorf("status %d, %+v, %v\n%s", r.status, report, err, r.err)
	}
	list := n.do("incident", "list")
	if !strings.Contains(list, "Names could not be resolved") {
		t.Errorf("not in\n%s", list)
	}
}

func TestHistoryIsNotImportedByWrongUse(t *testing.T) {
	t.Parallel()
	n := setup(t)
	file := n.write("past.jsonl", pastLines)
	cut := n.write("cut.json", `{"incidents": [{"id"`)
	database := "sqlite:" + filepath.Join(n.dir, "bonghwa.db")
	for _, c := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--database", database, file}, exitUsage, "--format"},
		{[]string{"--database", database, "--format", "rss", file}, exitUsage, "statuspage-json"},
		{[]string{"--format", "jsonl", file}, exitUsage, "it is not said where the database is"},
		{[]string{"--database", database, "--format", "jsonl", "--map", "API", file}, exitUsage, `write "Name=service/region"`},
		{[]string{"--database", database, "--format", "jsonl", "--map", "A=b/c/d", file}, exitUsage, `write "Name=service/region"`},
		{[]string{"--database", database, "--format", "jsonl", "--zone", "CST", file}, exitUsage, `write "NAME=±hh:mm"`},
		{[]string{"--database", database, "--format", "jsonl", "--map", "A=b/c", file}, exitFailed, "b/c is no component of the catalogue in force"},
		{[]string{"--database", database, "--format", "jsonl", "--page", "status", file}, exitFailed, "no address of a page"},
		{[]string{"--database", database, "--format", "statuspage-json", cut}, exitFailed, "cut.json:1: the file is no whole JSON"},
		{[]string{"--database", "sqlite:" + filepath.Join(n.dir, "new.db"), "--format", "jsonl", "--dry-run", file}, exitFailed, "run bonghwa migrate first"},
	} {
		r := command(t, append([]string{"history", "import"}, c.args...)...)
		if r.status != c.status || !strings.Contains(r.err, c.want) {
			t.Errorf("%v: status %d, want %d and %q\n%s%s", c.args, r.status, c.status, c.want, r.out, r.err)
		}
	}
	if list := n.as(identity.Operator, "incident", "list"); strings.Contains(list.out, "Names could not") {
		t.Errorf("something came in:\n%s", list.out)
	}
}
