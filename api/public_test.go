package api_test

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/api/open"
	"github.com/bonghwa/bonghwa/board/boardtest"
	"github.com/bonghwa/bonghwa/health"
)

// promises are the schemas of the public documents as the served OpenAPI document
// has them, by what their paths look like.
type promises map[*regexp.Regexp]*jsonschema.Schema

func promised(t *testing.T, s *server) promises {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(s.call("GET", api.DocumentPath, "", "").expect(t, 200).text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	out := promises{}
	for path := range document.(map[string]any)["paths"].(map[string]any) {
		if !strings.HasPrefix(path, open.Prefix+"/") {
			continue
		}
		at := strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
		schema, err := compiler.Compile("openapi.json#/paths/" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at) + "/get/responses/200/content/application~1json/schema")
		if err != nil {
			t.Fatal(err)
		}
		out[regexp.MustCompile(`^`+regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/]+`)+`$`)] = schema
	}
	return out
}

// of is the one schema of a path.
func (p promises) of(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	var found []*jsonschema.Schema
	for form, schema := range p {
		if form.MatchString(path) {
			found = append(found, schema)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d schemas", path, len(found))
	}
	return found[0]
}

func TestPublicDocumentsAreWhatTheDocumentPromises(t *testing.T) {
	t.Parallel()
	schemas := promised(t, setup(t))
	silent := boardtest.After()
	silent.Fresh["dns"] = false
	silent.Silences = map[health.CheckID][]health.Interval{"dns": {{From: boardtest.KST("11-23 07:00")}}}
	never := boardtest.Peace()
	never.Fresh = nil
	half := boardtest.During()
	half.Incidents[0].Updates[1].Body = health.Text{health.Korean: "원인을 찾았습니다."}
	half.Incidents[0].Updates[1].Fallback = health.Korean
	used := map[*jsonschema.Schema]bool{}
	for name, w := range map[string]*boardtest.World{
		"peace": boardtest.Peace(), "during": boardtest.During(), "after": boardtest.After(), "silent": silent, "never": never, "half": half,
		"empty": {Now: boardtest.KST("11-22 08:00")},
	} {
		d := open.New(open.Options{Provider: boardtest.Both("한강 클라우드", "Hangang Cloud")}, w.Board(t))
		for path := range d.Paths() {
			paper, ok, err := d.Print(path)
			if err != nil || !ok {
				t.Fatalf("%s: %s: %v, %v", name, path, ok, err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(paper.Body))
			if err != nil {
				t.Fatal(err)
			}
			schema := schemas.of(t, path)
			used[schema] = true
			if err := schema.Validate(value); err != nil {
				t.Errorf("%s: %s: %v", name, path, err)
			}
		}
	}
	if len(used) != len(schemas) || len(schemas) != 11 {
		t.Errorf("%d of %d schemas were used", len(used), len(schemas))
	}
}

// TestASchemaRefusesWhatIsNotPromised: the test above must be able to fail.
func TestASchemaRefusesWhatIsNotPromised(t *testing.T) {
	t.Parallel()
	schemas := promised(t, setup(t))
	for path, bad := range map[string]string{
		"/api/v1/public/regions":         `{"regions":[{"id":"r","name":{"ko":"가"},"components":null}]}`,
		"/api/v1/public/services":        `{"services":[],"extra":1}`,
		"/api/v1/public/summaries":       `{"summaries":[{"id":"x","incident":"y","title":{},"published_at":"yesterday"}]}`,
		"/api/v1/public/history/2018-11": `{"month":"2018-11","zone":"KST","incidents":[],"days":[]}`,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schemas.of(t, path).Validate(value) == nil {
			t.Errorf("%s may be %s", path, bad)
		}
	}
}

func TestWhatWasNotPublishedIsAProblemToAnySite(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for path, status := range map[string]int{
		"/api/v1/public/components/none": 404, "/api/v1/public/history/2018-13": 404, "/api/v1/public/status": 503,
	} {
		got := s.call("GET", path, "", "").expect(t, status)
		if got.Header.Get("Content-Type") != "application/problem+json" || got.Header.Get("Access-Control-Allow-Origin") != "*" || got.Header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
	for _, path := range []string{"/api/v1/public", "/api/v1/public/", "/api/v1/public/nothing", "/api/v1/public/status/more"} {
		if got := s.call("GET", path, "", "").expect(t, 404); got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", path, got.Header.Get("Content-Type"))
		}
	}
	if got := s.call("POST", "/api/v1/public/status", "", "{}").expect(t, 405); !slices.Contains(strings.Split(got.Header.Get("Allow"), ", "), http.MethodGet) {
		t.Errorf("Allow: %s", got.Header.Get("Allow"))
	}
}
