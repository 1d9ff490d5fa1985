package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsSilentAtFirstAndThenALineEveryFiveSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told bytes.Buffer
		p := newProgress(&session{streams: streams{err: &told}}, "reading bills", 40<<20)
		read := counted{strings.NewReader(strings.Repeat("x", 1<<20)), p}
		if _, err := io.CopyN(io.Discard, read, 1<<10); err != nil || told.Len() > 0 {
			t.Errorf("%v, %q", err, &told)
		}
		p.done = 10 << 20
		for range 12 {
			time.Sleep(time.Second)
			p.add(0)
		}
		p.end()
		if got, want := told.String(), strings.Repeat("reading bills:  25 % of 40 MB\n", 3); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestProgressIsABarOnATerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told bytes.Buffer
		p := newProgress(&session{streams: streams{err: &told}}, "reading", 40<<20)
		p.terminal = true
		time.Sleep(3 * time.Second)
		p.add(20 << 20)
		p.end()
		if got, want := told.String(), "\r[###############...............] reading:  50 % of 40 MB\r\x1b[K"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
