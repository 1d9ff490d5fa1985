package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// output is the choice of every command that prints something.
type output struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// json prints a value as indented JSON.
func (s *session) json(v any) error {
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// table prints rows in columns; the first is the header.
func (s *session) table(rows [][]string) error {
	w := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
	for _, r := range rows {
		if _, err := fmt.Fprintln(w, printable(strings.Join(r, "\t"))); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return w.Flush()
}

// moment writes a time as people at a terminal want it; "-" for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// progress tells how much of a file is read, once it takes longer than two
// seconds: as a bar on a terminal, as a line every five seconds elsewhere.
type progress struct {
	s        *session
	what     string
	total    int64  // 0: not known
	unit     string // what is counted; empty: bytes, told in MB
	done     int64
	began    time.Time
	told     time.Time
	terminal bool
}

const (
	quietFor   = 2 * time.Second
	barEvery   = 200 * time.Millisecond
	linesEvery = 5 * time.Second
	barWidth   = 30
)

func newProgress(s *session, what string, total int64) *progress {
	now := s.wall.Now()
	return &progress{s: s, what: what, total: total, began: now, told: now, terminal: isTerminal(s.err)}
}

// add notes that n more are done and tells, when it is time.
func (p *progress) add(n int64) {
	p.done += n
	now := p.s.wall.Now()
	every := linesEvery
	if p.terminal {
		every = barEvery
	}
	if now.Sub(p.began) < quietFor || now.Sub(p.told) < every && p.told != p.began {
		return
	}
	p.told = now
	p.tell()
}

func (p *progress) tell() {
	done, total, unit := p.done, p.total, p.unit
	if unit == "" {
		done, total, unit = done>>20, total>>20, "MB"
	}
	text := fmt.Sprintf("%s: %d %s", p.what, done, unit)
	if p.total > 0 {
		share := min(float64(p.done)/float64(p.total), 1)
		text = fmt.Sprintf("%s: %3.0f %% of %d %s", p.what, share*100, total, unit)
		if p.terminal {
			full := int(share * barWidth)
			text = "[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "] " + text
		}
	}
	if p.terminal {
		text = "\r" + text
	} else {
		text += "\n"
	}
	_, _ = io.WriteString(p.s.err, text) // progress is a courtesy
}

// end clears the bar.
func (p *progress) end() {
	if p.terminal && p.told != p.began {
		_, _ = io.WriteString(p.s.err, "\r\x1b[K") // progress is a courtesy
	}
}

// counted is a reader that tells its progress.
type counted struct {
	from io.Reader
	p    *progress
}

// Read reads and counts.
func (c counted) Read(b []byte) (int, error) {
	n, err := c.from.Read(b)
	c.p.add(int64(n))
	return n, err
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
