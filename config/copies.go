package config

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Copy is a place that keeps the page as files, for days on which no node
// answers: either a folder or a bucket.
type Copy struct {
	Dir    string // absolute, or as the configuration's own path is
	Bucket string // s3://name?region=…&endpoint=…
	Prefix string // of the names in the bucket, without a slash at either end
}

// copyText is a copy as it is written.
type copyText struct {
	Dir    string `yaml:"dir"`
	Bucket string `yaml:"bucket"`
	Prefix string `yaml:"prefix"`
}

// copies reads where the page is copied to. Kept are the files that must never be
// among what a web server shows: the configuration, the database, the secret.
func (r *reader) copies(path string, written []copyText, kept ...string) []Copy {
	var out []Copy
	for i, w := range written {
		at := fmt.Sprintf("%s[%d]", path, i)
		c := Copy{Bucket: w.Bucket, Prefix: strings.Trim(w.Prefix, "/")}
		switch {
		case (w.Dir == "") == (w.Bucket == ""):
			r.wrong(at, "a copy goes to a folder or to a bucket", "write either dir: /var/www/status, or bucket: \"s3://name?region=…\"")
			continue
		case w.Dir != "":
			c.Dir = r.beside(w.Dir)
			r.folder(at+".dir", c.Dir, kept)
		default:
			r.bucket(at+".bucket", w.Bucket)
		}
		if w.Prefix != "" && (w.Bucket == "" || slices.Contains(strings.Split(c.Prefix, "/"), "..") || strings.ContainsAny(c.Prefix, "\\?#")) {
			r.wrong(at+".prefix", "this is no prefix of names in a bucket", "write one such as status/, beside a bucket")
		}
		out = append(out, c)
	}
	return out
}

// folder refuses one that holds what nobody may read.
func (r *reader) folder(path, dir string, kept []string) {
	for _, file := range kept {
		rel, err := filepath.Rel(dir, file)
		if err == nil && filepath.IsLocal(rel) {
			r.wrong(path, "the folder holds "+filepath.Base(file)+", which a web server would show to everybody", "name a folder for the copy alone")
			return
		}
	}
}

// bucket checks an address of a bucket. What it holds is not repeated: people put
// keys into addresses.
func (r *reader) bucket(path, address string) {
	const remedy = "write s3://name?region=ap-northeast-2, and &endpoint=https://… for a store that is not Amazon's"
	name := regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "s3" || !name.MatchString(u.Host) || strings.Trim(u.Path, "/") != "":
		r.wrong(path, "this is no address of a bucket", remedy)
		return
	case u.User != nil:
		r.wrong(path, "the address holds a key", "take it out: keys come from the environment, or from the file that AWS_SHARED_CREDENTIALS_FILE names")
		return
	}
	q := u.Query()
	for _, key := range slices.Sorted(maps.Keys(q)) {
		if !slices.Contains([]string{"region", "endpoint"}, key) {
			r.wrong(path, "the address says more than region and endpoint", remedy+"; keys come from the environment, or from the file that AWS_SHARED_CREDENTIALS_FILE names")
		}
	}
	if e, err := url.Parse(q.Get("endpoint")); q.Has("endpoint") && (err != nil || e.Scheme != "https" && e.Scheme != "http" || e.Host == "" || e.User != nil) {
		r.wrong(path, "the endpoint is no web address", remedy)
	}
}
