package config_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/config"
)

const moon = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 48 24">
  <title>Moonlight</title>
  <defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient><path id="p" d="M0 0h1"/></defs>
  <style>.a { fill: url(#g); }</style>
  <circle class="a" cx="12" cy="12" r="8" style="stroke:url('#g')"/>
  <use xlink:href="#p"/>
</svg>
`

// withLogo reads a page with a logo of that name and content.
func withLogo(t *testing.T, name string, content []byte) (config.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Parse(filepath.Join(dir, "b.yaml"), []byte("page:\n  logo: "+name+"\n"), none)
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestALogoIsReadWithItsShape(t *testing.T) {
	t.Parallel()
	c, err := withLogo(t, "moon.svg", []byte(moon))
	if err != nil || c.Page.Logo.Type != "image/svg+xml" || c.Page.Logo.Width != 48 || c.Page.Logo.Height != 24 || string(c.Page.Logo.Data) != moon {
		t.Errorf("%+v, %v", c.Page.Logo, err)
	}
	c, err = withLogo(t, "moon.png", picture(t, 32, 20))
	if err != nil || c.Page.Logo.Type != "image/png" || c.Page.Logo.Width != 32 || c.Page.Logo.Height != 20 {
		t.Errorf("%+v, %v", c.Page.Logo, err)
	}
	c, err = withLogo(t, "small.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="3px" height="1.5"/>`))
	if err != nil || c.Page.Logo.Width != 2*c.Page.Logo.Height {
		t.Errorf("%+v, %v", c.Page.Logo, err)
	}
}

func TestALogoThatDoesMoreThanDrawIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"a script":              {"<use", "<script>alert(1)</script><use", "logo.svg:7: it holds a script"},
		"a script of HTML":      {"<use", `<script xmlns="http://www.w3.org/1999/xhtml"/><use`, "logo.svg:7: it holds a script"},
		"an event":              {`cx="12"`, `cx="12" onload="alert(1)"`, "logo.svg:6: it holds an event handler, onload"},
		"an event in capitals":  {`cx="12"`, `cx="12" onClick="x"`, "logo.svg:6: it holds an event handler"},
		"a page inside":         {"<use", `<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject><use`, "logo.svg:7: it holds the element <foreignObject>"},
		"a link":                {"<use", `<a href="#p"/><use`, "logo.svg:7: it holds the element <a>"},
		"a change over time":    {"<use", `<set attributeName="href" to="javascript:x"/><use`, "logo.svg:7: it holds the element <set>"},
		"a picture elsewhere":   {"<use", `<image href="https://x.example/a.png"/><use`, "logo.svg:7: <image> refers to something outside of it"},
		"a drawing elsewhere":   {`"#p"`, `"other.svg#p"`, "logo.svg:7: <use> refers to something outside"},
		"a script as a picture": {"<use", `<image href="data:image/svg+xml;base64,PHN2Zy8+"/><use`, "logo.svg:7: <image> refers to something outside"},
		"a paint elsewhere":     {"url('#g')", "url('//x.example/g')", "logo.svg:6: a style refers to something outside"},
		"a style elsewhere":     {".a {", "@import '//x.example/a.css'; .a {", `logo.svg:5: it holds "@import"`},
		"a hidden style":        {".a {", `.a { fill: \75rl(//x.example); `, "logo.svg:5: it holds"},
		"a sheet elsewhere":     {"<svg ", "<?xml-stylesheet href='//x.example/a.css'?><svg ", "logo.svg:2: it holds an instruction"},
		"a document type":       {"<svg ", `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg `, "logo.svg:2: it holds a document type"},
		"another base":          {`cx="12"`, `cx="12" xml:base="https://x.example/"`, "logo.svg:6: it moves its addresses"},
		"no size":               {` viewBox="0 0 48 24"`, "", "logo.svg:2: the picture does not say how large it is"},
		"no SVG":                {`xmlns="http://www.w3.org/2000/svg"`, "", "logo.svg:2: it does not begin with an svg element"},
		"half a file":           {"</svg>\n", "", "logo.svg:8: this is no SVG"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(moon, c.old) {
				t.Fatalf("there is no %q to change", c.old)
			}
			_, err := withLogo(t, "logo.svg", []byte(strings.Replace(moon, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), "b.yaml:2: "+c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestALogoThatNoPageBearsIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"big.svg", []byte(moon + strings.Repeat(" ", 8<<10)), "big.svg: the logo has 86"},
		{"noise.png", []byte("a photograph"), "noise.png: this is no PNG"},
		{"cut.png", picture(t, 32, 32)[:60], "cut.png: this is no PNG"},
		{"wide.png", picture(t, 4000, 2), "wide.png: the logo is 4000 × 2 pixels"},
		{"photo.jpg", []byte{0xff, 0xd8}, "photo.jpg: the logo is neither SVG nor PNG"},
		{"empty.svg", nil, "empty.svg:1: there is no picture in it"},
	} {
		if _, err := withLogo(t, c.name, c.content); err == nil || !strings.Contains(err.Error(), "b.yaml:2: "+c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if _, err := config.Parse(filepath.Join(t.TempDir(), "b.yaml"), []byte("page:\n  logo: none.svg\n"), none); err == nil || !strings.Contains(err.Error(), "b.yaml:2: none.svg: the logo cannot be read") {
		t.Errorf("got %v", err)
	}
}
