// Command readers is a crowd in a process of its own, built without the race
// detector, which allows 8,128 goroutines only.
//
//	readers URL PAGE CLIENTS
//
// It writes "listening" when all of them listen, then their report, and ends when its
// standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/test/crowd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		crowd.Leash(os.Stdin)
		cancel()
	}()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to do
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 3 {
		return fault.New(fault.Invalid, "arguments", "they are not understood", "readers URL PAGE CLIENTS")
	}
	clients, err := strconv.Atoi(args[2])
	if err != nil {
		return fault.Wrap(fault.Invalid, "clients", err)
	}
	return crowd.Main(ctx, out, crowd.Options{URL: args[0], Page: args[1], Clients: clients})
}
