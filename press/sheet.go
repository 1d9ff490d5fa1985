package press

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Sheet is one finished thing: its bytes, plain and compressed, and the headers
// that go with them.
type Sheet struct {
	status        int
	plain, zipped variant
	encoding      []string // Content-Encoding of the compressed one
	common        []header // of every answer, 304 too
}

// header is one header with its values made beforehand.
type header struct {
	name   string // in its canonical form
	values []string
}

// variant is a sheet in one encoding.
type variant struct {
	body   []byte
	tag    string
	tags   []string // the tag as a header's values
	length []string
}

// smallest is the size under which compressing is not worth a header.
const smallest = 256

// Cut finishes one paper by itself, outside of any edition.
func Cut(p Paper, i Imprint) (*Sheet, error) {
	sum := sha256.Sum256(p.Body)
	name := hex.EncodeToString(sum[:12])
	s := &Sheet{status: p.Status, plain: newVariant(p.Body, `"`+name+`"`)}
	if s.status == 0 {
		s.status = http.StatusOK
	}
	if len(p.Body) >= smallest {
		zipped, err := compress(p.Body)
		if err != nil {
			return nil, err
		}
		if len(zipped) < len(p.Body) {
			s.zipped = newVariant(zipped, `"`+name+`-gz"`)
		}
	}
	s.encoding, s.common = []string{"gzip"}, headers(p, i)
	return s, nil
}

func newVariant(body []byte, tag string) variant {
	return variant{body: body, tag: tag, tags: []string{tag}, length: []string{strconv.Itoa(len(body))}}
}

func compress(body []byte) ([]byte, error) {
	var zipped bytes.Buffer
	zipped.Grow(len(body)/4 + smallest)
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return zipped.Bytes(), nil
}

func headers(p Paper, i Imprint) []header {
	var list []header
	add := func(name, value string) {
		if value != "" {
			list = append(list, header{name, []string{value}})
		}
	}
	add("Content-Type", p.Type)
	add("Vary", "Accept-Encoding")
	add("Cache-Control", p.Keep.header(i.Private))
	add("Content-Language", p.Language)
	if p.Open && !i.Private {
		add("Access-Control-Allow-Origin", "*")
	}
	if p.Open {
		add("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if p.Frame {
		add("Content-Security-Policy", framePolicy)
		add("Cross-Origin-Opener-Policy", "unsafe-none")
	}
	if p.Name != "" {
		add("Content-Disposition", `attachment; filename="`+p.Name+`"`)
	}
	return list
}

// framePolicy is the policy of what other sites may frame: our own style and
// pictures, no script, no form.
const framePolicy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *"

// header is a Cache-Control; what a private page says is nobody's to share.
func (k Keep) header(private bool) string {
	switch {
	case k == Never:
		return "no-store"
	case k == Forever && !private:
		return "public, max-age=31536000, immutable"
	case private:
		return "private, no-cache"
	case k == Hour:
		return "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
	case k == Feed:
		return "public, max-age=15, s-maxage=15, stale-while-revalidate=60, stale-if-error=86400"
	default:
		return "public, max-age=0, s-maxage=5, stale-while-revalidate=30, stale-if-error=3600"
	}
}

// Body is the sheet's content, not compressed. It must not be changed.
func (s *Sheet) Body() []byte { return s.plain.body }

// Zipped is the sheet's content compressed by gzip; nil where that saves nothing.
func (s *Sheet) Zipped() []byte { return s.zipped.body }

// Header is what the sheet's answers say of a name; empty when nothing.
func (s *Sheet) Header(name string) string {
	for _, h := range s.common {
		if h.name == name {
			return h.values[0]
		}
	}
	return ""
}

// Tag is the entity tag of the content that is not compressed.
func (s *Sheet) Tag() string { return s.plain.tag }

// size is what keeping the sheet costs, in bytes.
func (s *Sheet) size() int { return len(s.plain.body) + len(s.zipped.body) }

// ServeHTTP answers GET and HEAD with the sheet, or with 304 when the reader has
// it. No other method reaches a sheet.
func (s *Sheet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for _, c := range s.common {
		h[c.name] = c.values
	}
	v := s.plain
	if s.zipped.body != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		v = s.zipped
		h["Content-Encoding"] = s.encoding
	}
	if s.status == http.StatusOK {
		h["Etag"] = v.tags
		if s.has(r) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h["Content-Length"] = v.length
	w.WriteHeader(s.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(v.body) // a reader who left is no error of ours
	}
}

// has reports whether the reader has this very content, in either encoding. Times
// are not compared: two editions may be made within one second.
func (s *Sheet) has(r *http.Request) bool {
	tags := r.Header.Get("If-None-Match")
	if tags == "" {
		return false
	}
	for tag := range strings.SplitSeq(tags, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == s.plain.tag || s.zipped.body != nil && tag == s.zipped.tag {
			return true
		}
	}
	return false
}

// takesGzip reads Accept-Encoding, RFC 9110 section 12.5.3: gzip named, and not
// with quality zero.
func takesGzip(header string) bool {
	if header == "gzip" || header == "" {
		return header != ""
	}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			if !ok {
				return true
			}
			quality, err := strconv.ParseFloat(q, 64)
			return err == nil && quality > 0
		}
	}
	return false
}
