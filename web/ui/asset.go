package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/bonghwa/bonghwa/language"
)

//go:embed assets
var assets embed.FS

// Addresses that the shell refers to.
const (
	AssetPrefix   = "/assets/"
	ThemePath     = "/theme.css" // by the reader's cookie, so that the page is the same for all
	ThemeFormPath = "/theme"
	LivePath      = "/live" // events, revision and fragments of pages that follow what happens
)

const themeCookie = "theme"

// AssetPath is the address of a file in assets. It changes with the content, so
// that browsers may keep it for ever.
func AssetPath(name string) string {
	return AssetPrefix + assetTag(name) + "/" + name
}

func assetTag(name string) string {
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return "missing"
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:6])
}

// Assets serves style sheets, scripts and icons under AssetPrefix. Only the current content
// is kept for ever; an old address gets the current content for a moment.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, AssetPrefix), "/")
		body, err := assets.ReadFile("assets/" + path.Base(name))
		if err != nil || name != path.Base(name) {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", assetType(name))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		if tag == assetTag(name) {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write(body) //nolint:gosec // an embedded file of ours; a reader who left is no error
	})
}

func assetType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".js":
		return "text/javascript; charset=utf-8"
	default:
		return "application/octet-stream"
	}
}

// AssetNames lists the files that pages refer to, sorted.
func AssetNames() []string {
	list, err := assets.ReadDir("assets")
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range list {
		if !f.IsDir() {
			names = append(names, f.Name())
		}
	}
	return names
}

// Asset is a file that pages refer to, with its type; false when there is none.
func Asset(name string) (body []byte, kind string, ok bool) {
	body, err := assets.ReadFile("assets/" + path.Base(name))
	return body, assetType(name), err == nil && name == path.Base(name)
}

type theme struct {
	name    string
	message language.Message
	css     string
}

func themes() []theme {
	return []theme{
		{"auto", "theme.auto", ":root{color-scheme:light dark}"},
		{"light", "theme.light", ":root{color-scheme:light}"},
		{"dark", "theme.dark", ":root{color-scheme:dark}"},
	}
}

// Theme serves the reader's own theme: GET ThemePath is a tiny style sheet chosen
// by a cookie, so that pages stay the same for everyone; POST ThemeFormPath with
// theme=auto|light|dark sets the cookie and leads back. No script is needed. The
// site's own color stands in the same style sheet.
func Theme(site Site) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			setTheme(w, r)
			return
		}
		chosen := themes()[0]
		if c, err := r.Cookie(themeCookie); err == nil {
			for _, t := range themes() {
				if t.name == c.Value {
					chosen = t
				}
			}
		}
		h := w.Header()
		h.Set("Content-Type", "text/css; charset=utf-8")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Vary", "Cookie")
		_, _ = w.Write(chosen.sheet(site))
	})
}

// DefaultTheme is the style sheet at ThemePath for a reader who chose nothing.
func DefaultTheme(site Site) []byte { return themes()[0].sheet(site) }

// sheet is the style sheet of a theme, which also marks it as the chosen one.
func (t theme) sheet(site Site) []byte {
	return []byte(t.css + ".theme-" + t.name + "{font-weight:700;border-color:currentColor}.theme-" + t.name + " .theme-on{display:inline}" + site.Accent.css())
}

func setTheme(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4096)
	chosen := r.PostFormValue("theme")
	for _, t := range themes() {
		if t.name == chosen {
			http.SetCookie(w, &http.Cookie{ //nolint:gosec // a preference, no secret; plain http is allowed on loopback
				Name: themeCookie, Value: t.name, Path: "/", MaxAge: 365 * 24 * 60 * 60,
				HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
			})
		}
	}
	http.Redirect(w, r, ownPath(r.PostFormValue("back")), http.StatusSeeOther) //nolint:gosec // ownPath lets only our own paths through
}

// ownPath lets only paths of this site through, so that the form cannot be used to
// send readers elsewhere.
func ownPath(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n\t") {
		return "/"
	}
	return u.Path
}
