// Command bench measures the budgets of Bonghwa beside their peers, in one run on
// one machine: what counts is the ratio. It is a module of its own, so that peers
// stay out of the product.
//
//	cd bench && go run .              # all of them, and RESULTS.md and RESULTS.json
//	cd bench && go run . -only B1,B4  # some of them, told on the terminal alone
//
// Everything it starts listens on the loopback and ends with it. It needs what
// `make bench` installs: nginx and wrk.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"
)

// bench is one budget: what it measures gives one or more results.
type bench struct {
	id  string
	run func(ctx context.Context, b *yard) ([]Result, error)
}

func benches() []bench {
	return []bench{{"B1", pageBeside}, {"B3", liveClients}, {"B4", redraw}}
}

func main() {
	only := flag.String("only", "", "ids of budgets, with commas; empty: all, and the results are written down")
	rounds := flag.Int("rounds", 5, "rounds a figure, taken in turn with its peer")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *only, *rounds)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err) // nowhere left to complain
		os.Exit(1)
	}
}

// longest bounds one budget's run.
const longest = 20 * time.Minute

func run(ctx context.Context, out io.Writer, only string, rounds int) error {
	b, err := newYard(out, rounds)
	if err != nil {
		return err
	}
	defer b.close()
	var all []Result
	for _, x := range benches() {
		if only != "" && !slices.Contains(strings.Split(only, ","), x.id) {
			continue
		}
		b.say("== %s", x.id)
		bounded, cancel := context.WithTimeout(ctx, longest)
		results, err := x.run(bounded, b)
		cancel()
		if err != nil {
			return fmt.Errorf("%s: %w", x.id, err)
		}
		for _, r := range results {
			b.say("%s", r)
		}
		all = append(all, results...)
	}
	if len(all) == 0 {
		return errors.New("no budget was measured: -only names none there is")
	}
	if only != "" {
		return nil
	}
	return write(all)
}
