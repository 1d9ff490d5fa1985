package main

import (
	"encoding/csv"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/bonghwa/bonghwa/api"
	"github.com/bonghwa/bonghwa/sla"
)

type slaCommands struct {
	Report slaReport `cmd:"" help:"Print availability by place and month, literally and as declared, side by side."`
}

type slaReport struct {
	remote
	output
	Month   string `help:"Month, such as 2018-11." required:"" placeholder:"MONTH"`
	To      string `help:"Last month of the report; absent: the same." placeholder:"MONTH"`
	Service string `help:"Only this service." placeholder:"ID"`
	Region  string `help:"Only this region." placeholder:"ID"`
	Account string `help:"Only places in which this account had resources." placeholder:"ID"`
	Format  string `help:"text, json, csv or html." default:"text" enum:"text,json,csv,html"`
}

// Help shows how it is used.
func (slaReport) Help() string {
	return "Example:\n\n    bonghwa sla report --month 2018-11 --service ec2 --region ap-northeast-2\n    bonghwa sla report --month 2018-11 --format csv > november.csv"
}

// Run prints a report.
func (c slaReport) Run(s *session) error {
	for _, m := range []struct{ flag, text string }{{"--month", c.Month}, {"--to", c.To}} {
		if _, err := sla.ParseMonth(m.text); err != nil && m.text != "" {
			return usage(m.flag, fmt.Sprintf("%q is not a month", m.text), "write a year and a month such as 2018-11")
		}
	}
	node, err := c.connect()
	if err != nil {
		return err
	}
	q := url.Values{}
	for name, value := range map[string]string{"month": c.Month, "to": c.To, "service": c.Service, "region": c.Region, "account": c.Account} {
		if value != "" {
			q.Set(name, value)
		}
	}
	var report api.Report
	if err := node.call(s.ctx, request{method: http.MethodGet, path: "sla/report", query: q}, &report); err != nil {
		return err
	}
	if c.JSON {
		c.Format = "json"
	}
	return s.report(c.Format, report)
}

func (s *session) report(format string, r api.Report) error {
	switch format {
	case "json":
		return s.json(r)
	case "csv":
		w := csv.NewWriter(s.out)
		if err := w.WriteAll(cells(r)); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		return nil
	case "html":
		return reportPage().Execute(s.out, cells(r))
	}
	rows := cells(r)
	for i := range rows {
		rows[i] = rows[i][:9]
	}
	return s.table(rows)
}

// cells are the report as a table; the first row is the header.
func cells(r api.Report) [][]string {
	out := [][]string{{
		"service", "region", "month", "agreement", "reading", "availability", "tier_pct", "state", "down_seconds", "policy", "fraction", "incidents",
	}}
	for _, row := range r.Rows {
		incidents := make([]string, len(row.Incidents))
		for i, id := range row.Incidents {
			incidents[i] = string(id)
		}
		out = append(out, []string{
			string(row.Service), string(row.Region), row.Month.String(), row.Family, string(row.Determination), row.Percent,
			row.TierPct.String(), string(row.State), seconds(row.DownMicros), string(row.Policy), row.Fraction.String(), strings.Join(incidents, " "),
		})
	}
	return out
}

// seconds writes microseconds as seconds, exactly.
func seconds(micros int64) string {
	const million = 1_000_000
	s := strconv.FormatInt(micros/million, 10)
	if rest := micros % million; rest != 0 {
		s += fmt.Sprintf(".%06d", rest)
	}
	return s
}

// reportPage is the report as a page that stands alone and prints well.
func reportPage() *template.Template {
	return template.Must(template.New("report").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Availability</title></head><body>
<h1>Availability</h1>
<table><caption>By place and month: literally, by the agreement's own words, and as the provider declares</caption>
{{range $i, $row := .}}<tr>{{range $row}}{{if eq $i 0}}<th scope="col">{{.}}</th>{{else}}<td>{{.}}</td>{{end}}{{end}}</tr>
{{end}}</table>
</body></html>
`))
}
