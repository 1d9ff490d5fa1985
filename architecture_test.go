package bonghwa_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of rooms into ARCHITECTURE.md")

const module = "github.com/bonghwa/bonghwa"

// A floor is a group of rooms that stand at the same height and obey the same
// rule about the standard library.
type floor struct {
	name   string
	reason string   // why it may import no more; shown when it does
	never  []string // packages of the standard library that do not belong
	rooms  map[string][]string
}

// house is the plan: every room, and the rooms it may import (it need not).
// To build a room, add a line. To move a wall, write an ADR and change the line.
func house() []floor {
	ground := []string{"fault", "clock", "health", "language", "journal"}
	first := []string{"catalog", "probe", "incident", "audience", "identity", "banner", "feedback"}
	domains := all(first, []string{"notify", "postevent", "sla", "credit", "board"})
	drivers := []string{"notify/email", "probe/dnsprobe", "credit/focus", "mirror/folder", "mirror/bucket"}
	sites := []string{"web/public", "web/mine", "web/live", "web/replay", "web/told", "web/badge", "web/embed"}
	noWire := []string{"net/http", "database/sql"}

	return []floor{
		{
			name:   "ground",
			reason: "everything stands on the ground, so it may lean on nothing but itself, in its order",
			never:  noWire,
			rooms: map[string][]string{
				"fault":    nil,
				"clock":    {"fault"},
				"color":    {"fault"},
				"health":   {"fault"},
				"language": {"fault", "health"},
				"journal":  {"fault", "clock", "health", "language"},
			},
		},
		{
			name:   "first floor",
			reason: "these domains do not know each other; what one has to tell another is a fact in the journal",
			never:  noWire,
			rooms:  each(first, ground),
		},
		{
			name:   "second floor",
			reason: "a domain knows the domains it is computed from, and makes nothing happen in any other",
			never:  noWire,
			rooms: map[string][]string{
				"notify":    all(ground, []string{"incident", "audience"}),
				"postevent": all(ground, []string{"incident"}),
				"sla":       all(ground, []string{"incident", "audience"}),
				"credit":    all(ground, []string{"sla", "audience"}),
				"history":   all(ground, []string{"incident"}),
				// Built on domains of this floor: what all public readers tell.
				"board": all(ground, []string{"catalog", "incident", "postevent", "sla", "banner"}),
			},
		},
		{
			name:   "drivers",
			reason: "a driver serves its parent; only app knows which driver is used",
			never:  []string{"database/sql"},
			rooms: map[string][]string{
				"notify/email":   all(ground, []string{"notify"}),
				"probe/dnsprobe": all(ground, []string{"probe"}),
				"credit/focus":   all(ground, []string{"credit"}),
				"mirror/folder":  all(ground, []string{"mirror"}),
				"mirror/bucket":  all(ground, []string{"mirror"}),
			},
		},
		{
			name:   "store",
			reason: "the store keeps what domains decide; it decides nothing and speaks to nobody",
			never:  []string{"net/http"},
			rooms: map[string][]string{
				"store":                    all(ground, domains, []string{"store/migration"}),
				"store/migration":          nil,
				"store/migration/sqlite":   nil,
				"store/migration/postgres": nil,
				"store/storetest":          all(ground, domains, []string{"history", "store", "test/harness"}),
			},
		},
		{
			name:   "edges",
			reason: "web and api read domains through interfaces of their own; they know neither each other nor the store",
			never:  []string{"database/sql"},
			rooms: map[string][]string{
				"press":      ground,
				"mirror":     all(ground, []string{"press"}),
				"web/ui":     {"health", "language"},
				"web":        all(ground, domains, []string{"web/ui"}),
				"web/public": all(ground, domains, []string{"press", "web", "web/ui"}),
				"web/mine":   all(ground, domains, []string{"web", "web/ui"}),
				"web/live":   all(ground, []string{"web", "web/ui"}), // it knows a revision, and nothing of what was revised
				"web/replay": all(ground, domains, []string{"web", "web/ui"}),
				"web/told":   all(ground, domains, []string{"web", "web/ui"}),
				"web/badge":  all(ground, domains, []string{"press", "web", "web/ui"}),
				"web/embed":  all(ground, domains, []string{"press", "web", "web/ui"}),
				// The documents that need no key; api describes them beside its own.
				// What programs read in the formats of others; printed, not answered.
				"api/view":       all(ground, domains),
				"api/statuspage": all(ground, domains, []string{"press", "api/view"}),
				"api/feed":       all(ground, domains, []string{"press", "api/view"}),
				"api/open":       all(ground, domains, []string{"press"}),
				"api":            all(ground, domains, []string{"api/open"}),
			},
		},
		{
			name:   "scenario",
			reason: "a replay drives the program as a user does, by commands, HTTP and files; its judge shares no code with it",
			never:  []string{"database/sql"},
			rooms: map[string][]string{
				"scenario":            all(ground, []string{"scenario/world", "scenario/world/mail", "scenario/expect"}),
				"scenario/world":      all(ground, []string{"scenario/world/mail"}),
				"scenario/world/mail": ground,
				"scenario/expect":     nil,
			},
		},
		{
			name:   "roof",
			reason: "app alone puts the parts together; cmd starts it and speaks to the API",
			rooms: map[string][]string{
				"":       nil,
				"config": all(ground, []string{"color"}),
				"app":    all(ground, domains, drivers, sites, []string{"api/view", "api/statuspage", "api/feed", "history", "config", "store", "press", "mirror", "web", "web/live", "web/ui", "api", "api/open"}),
				// A command speaks the words of the domains; it never sees a store, a page or a driver.
				"cmd/bonghwa": all(ground, domains, []string{"history", "app", "config", "api", "scenario"}),
			},
		},
		{
			name:   "tests",
			reason: "what only tests use may use the whole program, through its roof",
			rooms: map[string][]string{
				// The worlds that the rooms which tell a board are tested with.
				"board/boardtest": all(ground, []string{"board", "catalog", "incident", "postevent"}),
				"press/presstest": {"press"},
				"test/harness":    all(ground, []string{"app", "config", "scenario", "scenario/world", "scenario/world/mail"}),
				"test/browser":    all(ground, sites, []string{"test/harness", "web", "web/ui"}), // the router lists the pages
				"test/sim":        all(ground, []string{"test/harness"}),
				"test/crowd":      ground, // its target is an address
				// A crowd as a process of its own, without the race detector.
				"test/crowd/readers": all(ground, []string{"test/crowd"}),
			},
		},
	}
}

// What stands beside the house: no rooms, so no Go packages of this module.
func besideTheHouse() []string {
	return []string{"bench", "bin", "deploy", "docs", "node_modules", "scripts", "tools"}
}

func all(groups ...[]string) []string { return slices.Concat(groups...) }

func each(rooms, imports []string) map[string][]string {
	m := map[string][]string{}
	for _, room := range rooms {
		m[room] = imports
	}
	return m
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		f, ok := floorOf(p.room)
		if !ok {
			t.Errorf("%s is not in the plan: give it a line in house() in architecture_test.go that says what it may import, and run `go test . -update`.", name(p.room))
			continue
		}
		for _, imported := range p.imports {
			if !slices.Contains(f.rooms[p.room], imported) {
				t.Errorf("%s imports %s, and may not: %s. Declare an interface where it is used and let app hand the value in, or move the wall with an ADR.", name(p.room), name(imported), f.reason)
			}
		}
		for _, std := range p.standard {
			if slices.Contains(f.never, std) {
				t.Errorf("%s imports %s, which does not belong on the floor %q: HTTP is for web, api and drivers, SQL for store.", name(p.room), std, f.name)
			}
		}
		if p.room == "scenario/expect" && len(p.others) > 0 {
			t.Errorf("scenario/expect imports %s: the judge of a replay uses the standard library alone.", strings.Join(p.others, ", "))
		}
	}
}

func TestOnlyTheRoofAndItsTestsImportApp(t *testing.T) {
	t.Parallel()
	for _, p := range listed(t) {
		if p.room == "app" || p.room == "scenario" || strings.HasPrefix(p.room, "cmd/") || strings.HasPrefix(p.room, "test/") {
			continue
		}
		if slices.Contains(p.testImports, "app") {
			t.Errorf("a test of %s imports app: a test of a room uses the room; a test of the whole program stands in test/.", name(p.room))
		}
	}
}

func TestNoRoomIsEmpty(t *testing.T) {
	t.Parallel()
	holds := map[string]int{}  // files below a folder
	speaks := map[string]int{} // of which Go files
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path = filepath.ToSlash(path)
		if d.IsDir() {
			if path != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(besideTheHouse(), path)) {
				return fs.SkipDir
			}
			holds[path] += 0
			return nil
		}
		for dir := filepath.ToSlash(filepath.Dir(path)); dir != "."; dir = filepath.ToSlash(filepath.Dir(dir)) {
			holds[dir]++
			if strings.HasSuffix(path, ".go") {
				speaks[dir]++
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range slices.Sorted(maps.Keys(holds)) {
		switch {
		case dir == ".":
		case holds[dir] == 0:
			t.Errorf("the folder %s is empty: a room is made when it is built; remove the folder.", dir)
		case speaks[dir] == 0 && !strings.Contains(dir, "/"):
			t.Errorf("the folder %s has no Go file: it is no room. Put its files beside the code that reads them, or name it in besideTheHouse().", dir)
		}
	}
}

func TestArchitectureDocumentIsFresh(t *testing.T) {
	t.Parallel()
	const file, begin, end = "ARCHITECTURE.md", "<!-- walls:begin -->\n", "<!-- walls:end -->"
	document, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: write it, with a line %q and a line %q; the table of rooms goes between them by `go test . -update`.", err, strings.TrimSpace(begin), end)
	}
	before, rest, ok := strings.Cut(string(document), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no lines %q and %q: put them where the table of rooms belongs and run `go test . -update`.", file, strings.TrimSpace(begin), end)
	}
	fresh := before + begin + wallsTable(t) + end + after
	if fresh == string(document) {
		return
	}
	if !*update {
		t.Fatalf("the table of rooms in %s is not what `go list` says: run `go test . -update` and read the difference before you commit it.", file)
	}
	if err := os.WriteFile(file, []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}

// wallsTable shows the rooms that stand, floor by floor, with what they import.
func wallsTable(t *testing.T) string {
	t.Helper()
	stand := map[string]room{}
	for _, p := range listed(t) {
		stand[p.room] = p
	}
	var b strings.Builder
	b.WriteString("\n| floor | room | imports |\n|---|---|---|\n")
	for _, f := range house() {
		for _, r := range slices.Sorted(maps.Keys(f.rooms)) {
			p, ok := stand[r]
			if !ok || r == "" {
				continue
			}
			imports := "–"
			if len(p.imports) > 0 {
				imports = strings.Join(p.imports, ", ")
			}
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", f.name, r, imports)
		}
	}
	b.WriteString("\n")
	return b.String()
}

// A room is one package as `go list` sees it, with paths inside the module.
type room struct {
	room        string
	imports     []string // rooms, without those of its tests; sorted
	testImports []string // rooms that only its tests import
	standard    []string // packages of the standard library
	others      []string // rooms and third-party packages
}

func listed(t *testing.T) []room {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var rooms []room
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return rooms
		} else if err != nil {
			t.Fatal(err)
		}
		r := room{room: inside(p.ImportPath)}
		for _, path := range p.Imports {
			first, _, _ := strings.Cut(path, "/")
			switch {
			case path == module || strings.HasPrefix(path, module+"/"):
				r.imports = append(r.imports, inside(path))
				r.others = append(r.others, path)
			case strings.Contains(first, "."):
				r.others = append(r.others, path)
			default:
				r.standard = append(r.standard, path)
			}
		}
		for _, path := range all(p.TestImports, p.XTestImports) {
			if strings.HasPrefix(path, module+"/") {
				r.testImports = append(r.testImports, inside(path))
			}
		}
		rooms = append(rooms, r)
	}
}

func floorOf(room string) (floor, bool) {
	for _, f := range house() {
		if _, ok := f.rooms[room]; ok {
			return f, true
		}
	}
	return floor{}, false
}

func inside(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func name(room string) string {
	if room == "" {
		return "the root package"
	}
	return room
}
