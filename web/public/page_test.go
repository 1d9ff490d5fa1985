package public_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// TestPages compares what the pages say, tags left out, with testdata/pages.txtar.
func TestPages(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	for _, c := range []struct {
		world *world
		name  string
		paths []string
	}{
		{during(), "during", []string{"/ko/", "/en/"}},
		{after(), "after", []string{
			"/en/", "/ko/incidents/" + string(outage), "/en/incidents/" + string(outage), "/ko/summaries/" + string(summary),
			"/ko/regions/ap-northeast-2", "/en/history",
		}},
		{lived(), "lived", []string{
			"/en/regions/ap-northeast-2", "/ko/services/ec2", "/en/components", "/ko/availability", "/en/availability", "/ko/sla", "/en/sla",
			"/ko/maintenance", "/en/maintenance/2018-12", "/en/incidents/" + string(planned), "/ko/feeds", "/en/feeds",
			"/ko/search?q=dns", "/en/search?q=recovered", "/en/useful?page=/incidents/" + string(outage),
		}},
	} {
		s := c.world.open(t)
		for _, path := range c.paths {
			got.WriteString("-- " + c.name + path + " --\n")
			for _, line := range words(t, get(s, path).Body.Bytes()) {
				got.WriteString(line + "\n")
			}
		}
	}
	const golden = "testdata/pages.txtar"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	a, b := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("line %d is %q, want %q; if that is meant, run the test with -update", i+1, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%d lines, want %d; if that is meant, run the test with -update", len(a), len(b))
	}
}

// words are the texts of main, one run of text a line.
func words(t *testing.T, page []byte) []string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for n := range root.Descendants() {
		if n.Type != html.TextNode || !inside(n, "main") {
			continue
		}
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			lines = append(lines, text)
		}
	}
	return lines
}

func inside(n *html.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && p.Data == tag {
			return true
		}
	}
	return false
}

// leads are the addresses that a page leads to.
func leads(t *testing.T, page []byte) []string {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range root.Descendants() {
		if to, ok := attribute(n, "href"); ok && n.Type == html.ElementNode && n.Data == "a" {
			out = append(out, to)
		}
	}
	return out
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// TestPagesAreSound looks at every kind of page, in peace, during and after.
func TestPagesAreSound(t *testing.T) {
	t.Parallel()
	old := during()
	old.read = old.now.Add(-time.Hour)
	for name, w := range map[string]*world{
		"peace": peace(), "during": during(), "after": after(), "lived": lived(), "large": large(), "shop": shop(), "old": old, "empty": {now: kst("11-22 08:00")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := w.open(t)
			for _, path := range append(s.samples(), "/ko/none", "/en/none", "/ko/search", "/en/search?q=a", "/ko/search?q=%3Cb%3E%22%27", "/ko/useful") {
				sound(t, path, get(s, path).Body.Bytes())
			}
		})
	}
}

func sound(t *testing.T, path string, page []byte) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	count := map[string]int{}
	var refer []string
	for n := range root.Descendants() {
		if n.Type == html.TextNode && strings.ContainsAny(n.Data, "[]") {
			t.Errorf("%s: a message or a slot is missing: %q", path, n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s: <%s %s> is inline style or script", path, n.Data, a.Key)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("%s: id %q stands twice", path, a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "aria-labelledby" || a.Key == "aria-describedby" || a.Key == "for":
				refer = append(refer, a.Val)
			case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
				refer = append(refer, a.Val[1:])
			case a.Key == "href" && strings.HasPrefix(a.Val, "about:"):
				t.Errorf("%s: an address was refused: %s", path, a.Val)
			}
		}
		if lang, _ := attribute(n, "lang"); n.Data == "html" && !strings.HasPrefix(path, "/"+lang+"/") {
			t.Errorf("%s: lang is %q", path, lang)
		}
	}
	for _, id := range refer {
		if !ids[id] {
			t.Errorf("%s: nothing has the id %q", path, id)
		}
	}
	for _, tag := range []string{"h1", "main", "title", "footer"} {
		if count[tag] != 1 {
			t.Errorf("%s: %d <%s>", path, count[tag], tag)
		}
	}
	for _, tag := range []string{"style", "iframe", "img"} {
		if count[tag] != 0 {
			t.Errorf("%s: %d <%s>", path, count[tag], tag)
		}
	}
	if count["script"] > 1 {
		t.Errorf("%s: %d scripts: what follows what happens is one", path, count["script"])
	}
	if tables := count["table"]; tables != count["caption"] {
		t.Errorf("%s: %d tables, %d captions", path, tables, count["caption"])
	}
	if !slices.Contains(words(t, page), "Made with Bonghwa.") && !bytes.Contains(page, []byte("KST")) {
		t.Errorf("%s: nothing says when it was confirmed", path)
	}
}
