package config_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/bonghwa/bonghwa/color"
	"github.com/bonghwa/bonghwa/config"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// shop is the configuration of a small shop, with everything in it.
const shop = `database: sqlite:data/shop.db
time_zone: Asia/Seoul
trusted_proxies: [127.0.0.1/32, "::1/128"]
mail:
  from: status@shop.example
uptime:
  weights: {partial_outage: 50%, degraded: 12.5 %}
page:
  name: {ko: 달빛상점, en: Moonlight Shop}
  languages: [ko, en]
  colors: {accent: "#9a3412", accent_dark: "#fdba74"}
  private: [10.1.2.3/8, "fd00::/8"]
  components:
    - id: checkout
      name: {ko: 결제, en: Checkout}
      description: {ko: 카드와 계좌 이체, en: Cards and transfers}
      group: {ko: 가게, en: Shop}
    - {id: search, name: {ko: 검색, en: Search}, group: {ko: 가게, en: Shop}}
  copies:
    - dir: public/status
    - {bucket: "s3://shop-status?region=ap-northeast-2&endpoint=https://s3.example.com", prefix: status/}
`

func parse(t *testing.T, text string) (config.Config, error) {
	t.Helper()
	return config.Parse("/etc/shop/b.yaml", []byte(text), none)
}

func TestAShopsPageIsRead(t *testing.T) {
	t.Parallel()
	c, err := parse(t, shop)
	if err != nil {
		t.Fatal(err)
	}
	if !c.PageOnly() || !slices.Equal(c.Roles, []string{config.RoleWeb}) || c.StateDir != "/etc/shop/data" {
		t.Errorf("page only %v, roles %v, state in %s", c.PageOnly(), c.Roles, c.StateDir)
	}
	if c.Provider.Name.In(health.Korean) != "달빛상점" || !slices.Equal(c.Page.Languages, []health.Language{health.Korean, health.English}) {
		t.Errorf("named %v in %v", c.Provider.Name, c.Page.Languages)
	}
	if want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}; !slices.Equal(c.Page.Private, want) || len(c.TrustedProxies) != 2 {
		t.Errorf("private %v, proxies %v", c.Page.Private, c.TrustedProxies)
	}
	if w := c.Uptime.Weights; w[health.MajorOutage] != 1_000_000 || w[health.PartialOutage] != 500_000 || w[health.Degraded] != 125_000 {
		t.Errorf("weights %v", w)
	}
	first := c.Page.Components[0]
	if first.ID != "checkout" || first.Group.In(health.English) != "Shop" || first.Description.In(health.Korean) != "카드와 계좌 이체" || len(c.Page.Components) != 2 {
		t.Errorf("components %+v", c.Page.Components)
	}
	want := []config.Copy{
		{Dir: "/etc/shop/public/status"},
		{Bucket: "s3://shop-status?region=ap-northeast-2&endpoint=https://s3.example.com", Prefix: "status"},
	}
	if !slices.Equal(c.Page.Copies, want) {
		t.Errorf("copies %+v", c.Page.Copies)
	}
}

func TestAPageTellsWhereMailLeaves(t *testing.T) {
	t.Parallel()
	c, err := parse(t, strings.Replace(shop, "mail:\n", "mail:\n  relay: 127.0.0.1:25\n", 1))
	if err != nil || !slices.Equal(c.Roles, []string{config.RoleWeb, config.RoleNotify}) {
		t.Errorf("roles %v, %v", c.Roles, err)
	}
}

func TestAPageInOneLanguageNeedsItsTextsInThatLanguageAlone(t *testing.T) {
	t.Parallel()
	c, err := parse(t, `page:
  name: Moonlight Shop
  languages: [en]
  components:
    - {id: checkout, name: Checkout, description: "Cards: all of them"}
    - {id: search, name: {en: Search}}
`)
	if err != nil {
		t.Fatal(err)
	}
	// Whole, so that nothing that is written in the other language lacks a name.
	for _, l := range health.Languages() {
		if c.Provider.Name.In(l) != "Moonlight Shop" || c.Page.Components[0].Name.In(l) != "Checkout" || c.Page.Components[1].Name.In(l) != "Search" {
			t.Errorf("in %s: %v, %v", l, c.Provider.Name, c.Page.Components)
		}
	}
}

func TestANodeOfWhichNothingIsSaidIsWhatItWas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "page:\n", "page: {}\n"} {
		c, err := parse(t, text)
		if err != nil || c.PageOnly() || !slices.Equal(c.Roles, config.Roles()) || len(c.Page.Private)+len(c.TrustedProxies) > 0 {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
		if len(c.Page.Languages) != 2 || c.Page.Languages[0] != health.English || c.Uptime.Weights[health.PartialOutage] != 1_000_000 {
			t.Errorf("%q: languages %v, weights %v", text, c.Page.Languages, c.Uptime.Weights)
		}
	}
}

func TestEveryMistakeOfAPageIsToldWithItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"name in one of two":        {"{ko: 달빛상점, en: Moonlight Shop}", "Moonlight", "b.yaml:9: this stands in one language, and the page speaks ko, en (write {ko: …, en: …})"},
		"a name turned around":      {"{ko: 달빛상점, en: Moonlight Shop}", "{ko: 달빛상점, en: \"Moon\u202elight\"}", "b.yaml:9: the text has in language en the character U+202E"},
		"name without Korean":       {"{ko: 달빛상점, en: Moonlight Shop}", "{en: Moonlight}", "b.yaml:9: the text is missing in language ko"},
		"name in French":            {"{ko: 달빛상점, en: Moonlight Shop}", "{ko: 가, en: a, fr: b}", `b.yaml:9: "fr" is no language here (write one of: ko, en)`},
		"name of a list":            {"{ko: 달빛상점, en: Moonlight Shop}", "[a, b]", "b.yaml:9: this is no text (write {ko: …, en: …}"},
		"another language":          {"[ko, en]", "[ko, fr]", `b.yaml:10: "fr" is no language here`},
		"a language twice":          {"[ko, en]", "[ko, ko]", "b.yaml:10: ko stands here twice"},
		"no language":               {"[ko, en]", "[]", "b.yaml:10: a page must speak some language"},
		"no list of languages":      {"[ko, en]", "en", "b.yaml:10: this must be a list"},
		"a color by name":           {`"#9a3412"`, "red", `b.yaml:11: "red" is no color (write six hexadecimal digits`},
		"a network without bits":    {"10.1.2.3/8", "10.1.2.3", `b.yaml:12: "10.1.2.3" is no network (write 10.1.2.3/32`},
		"no network":                {"10.1.2.3/8", "office", `b.yaml:12: "office" is no network (write an address`},
		"a proxy without bits":      {"::1/128", "::1", `b.yaml:3: "::1" is no network (write ::1/128`},
		"everybody as a proxy":      {"127.0.0.1/32", "0.0.0.0/0", "b.yaml:3: 0.0.0.0/0 is every address there is"},
		"an id in capitals":         {"id: checkout", "id: Checkout", `b.yaml:14: "Checkout" cannot be the id of a component`},
		"an id twice":               {"id: search", "id: checkout", `b.yaml:18: component "checkout" is there twice`},
		"a component without name":  {", name: {ko: 검색, en: Search}", "", "b.yaml:18: the text is missing in language ko"},
		"description without words": {"en: Cards and transfers", "en: ' '", "b.yaml:16: the text is missing in language en"},
		"a group of two names":      {"{ko: 검색, en: Search}, group: {ko: 가게, en: Shop}", "{ko: 검색, en: Search}, group: {ko: 상점, en: Shop}", `b.yaml:18: the group "Shop" is called "상점" here and "가게" above`},
		"an unknown key":            {"    - id: checkout\n", "    - id: checkout\n      title: x\n", "b.yaml:15: unknown field title"},
		"a key twice":               {"  private:", "  logo: a.svg\n  logo: b.svg\n  private:", `b.yaml:13: "logo" stands here a second time (keep this one or that of line 12)`},
		"a weight of 200 %":         {"degraded: 12.5 %", "degraded: 200%", `b.yaml:7: "200%" is no percentage (write 0% to 100%`},
		"a weight of five decimals": {"degraded: 12.5 %", "degraded: 0.12345%", "b.yaml:7:"},
		"a negative weight":         {"degraded: 12.5 %", "degraded: -1%", "b.yaml:7:"},
		"a weight of no level":      {"degraded: 12.5 %", "maintenance: 1%", `b.yaml:7: "maintenance" is no level that counts as down (write one of: major_outage, partial_outage, degraded)`},
		"a lesser level counts more": {
			"degraded: 12.5 %", "degraded: 60%",
			"b.yaml:7: degraded counts more than partial_outage (write 50% or less, or raise partial_outage)",
		},
		"a probing page":           {"mail:\n", "roles: [web, probe]\nmail:\n", "b.yaml:4: a page of its own has no probes"},
		"a copy of the secrets":    {"dir: public/status", "dir: /etc", "b.yaml:20: the folder holds b.yaml, which a web server would show"},
		"a copy of the database":   {"dir: public/status", "dir: data", "b.yaml:20: the folder holds shop.db"},
		"a copy to two places":     {"dir: public/status", "{dir: x, bucket: \"s3://b-b\"}", "b.yaml:20: a copy goes to a folder or to a bucket"},
		"a copy to nowhere":        {"dir: public/status", "{prefix: x}", "b.yaml:20: a copy goes to a folder or to a bucket"},
		"a bucket that is none":    {"s3://shop-status?", "https://shop?", "b.yaml:21: this is no address of a bucket"},
		"a bucket with a key":      {"s3://shop-status?", "s3://AKIA:hunter2@shop-status?", "b.yaml:21: the address holds a key"},
		"a key among the settings": {"?region=", "?secret_key=hunter2&region=", "b.yaml:21: the address says more than region and endpoint"},
		"an endpoint that is none": {"endpoint=https://", "endpoint=", "b.yaml:21: the endpoint is no web address"},
		"a prefix that climbs":     {"prefix: status/", "prefix: ../status", "b.yaml:21: this is no prefix"},
		"no YAML":                  {"[ko, en]", "[ko, en", "b.yaml:11: this is not YAML: did not find expected"},
		"a folder that is a file":  {"mail:\n", "state_dir: /dev/null\nmail:\n", "b.yaml:4: there is a file of this name"},
		"an empty page":            {shop[strings.Index(shop, "    - id: checkout"):strings.Index(shop, "  copies:")], "    []\n", "b.yaml:13: a page of its own shows at least one component"},
		"connections on its line":  {"mail:\n", "mail:\n  connections: 0\n", "b.yaml:5: 0 connections"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(shop, c.old) {
				t.Fatalf("there is no %q to change", c.old)
			}
			_, err := parse(t, strings.Replace(shop, c.old, c.new, 1))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("a key is shown: %v", err)
			}
		})
	}
}

// A color that cannot be read is refused with its contrast, and the one that is
// proposed instead is taken.
func TestAColorThatCannotBeReadIsRefusedWithItsContrast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, text, theme string }{
		{"accent", `{accent: "#f97316"}`, "light"},
		{"accent_dark", `{accent: "#9a3412", accent_dark: "#7c2d12"}`, "dark"},
	} {
		_, err := parse(t, "page:\n  colors: "+c.text+"\n")
		found := regexp.MustCompile(`b.yaml:2: #[0-9a-f]{6} on the (\w+) background (#[0-9a-f]{6}) has a contrast of ([0-9.]+):1, and text needs 4.5:1 \(write "(#[0-9a-f]{6})", the nearest that can be read\)`).FindStringSubmatch(fmt.Sprint(err))
		if found == nil || found[1] != c.theme {
			t.Fatalf("got %v", err)
		}
		if ratio, err := strconv.ParseFloat(found[3], 64); err != nil || ratio >= 4.5 || ratio <= 1 {
			t.Errorf("a contrast of %s was refused", found[3])
		}
		better := regexp.MustCompile(c.line+`: "#[0-9a-f]{6}"`).ReplaceAllString(c.text, c.line+`: "`+found[4]+`"`)
		got, err := parse(t, "page:\n  colors: "+better+"\n")
		if err != nil || got.Page.Colors.Accent == "" || got.Page.Colors.AccentDark == "" {
			t.Errorf("%s was proposed, and is refused: %v", better, err)
		}
	}
}

// TestTheBackgroundsAreThoseOfTheStyleSheet: every accent that is taken can be read
// on the papers as the style sheet has them.
func TestTheBackgroundsAreThoseOfTheStyleSheet(t *testing.T) {
	t.Parallel()
	sheet, err := os.ReadFile(filepath.Join("..", "web", "ui", "assets", "style.css"))
	if err != nil {
		t.Fatal(err)
	}
	paper := regexp.MustCompile(`--paper(?:-2)?: light-dark\(oklch\(([0-9.]+) ([0-9.]+) ([0-9.]+)\), oklch\(([0-9.]+) ([0-9.]+) ([0-9.]+)\)\)`)
	found := paper.FindAllStringSubmatch(string(sheet), -1)
	if len(found) != 2 {
		t.Fatalf("the style sheet has %d papers, want two", len(found))
	}
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, accent := range []string{"#ff0000", "#00ff00", "#0000ff", "#808080", "#f97316", "#ffffff", "#000000"} {
		for i, side := range []string{"accent", "accent_dark"} {
			_, err := parse(t, fmt.Sprintf("page:\n  colors: {%s: %q}\n", side, accent))
			own, perr := color.Parse(accent)
			if perr != nil {
				t.Fatal(perr)
			}
			readable := true
			for _, f := range found {
				on := color.OKLCH(number(f[1+3*i]), number(f[2+3*i]), number(f[3+3*i]))
				readable = readable && color.Contrast(own, on) >= 4.5
			}
			if readable != (err == nil) {
				t.Errorf("%s: %s can be read: %v; %v", side, accent, readable, err)
			}
		}
	}
}
