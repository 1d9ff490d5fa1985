package clock_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bonghwa/bonghwa/clock"
)

func TestWorldRunsFasterThanWall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2018, 11, 21, 23, 19, 0, 0, time.UTC)
		w := clock.NewWorld(start, 60)
		wall := clock.Wall{}
		began := wall.Now()
		if err := w.Sleep(t.Context(), 10*time.Minute); err != nil {
			t.Fatal(err)
		}
		if got := wall.Since(began); got != 10*time.Second {
			t.Errorf("ten world minutes at 60 took %v of wall time, want 10s", got)
		}
		if got, want := w.Now(), start.Add(10*time.Minute); !got.Equal(want) {
			t.Errorf("world shows %v, want %v", got, want)
		}
	})
}

func TestJumpWakesSleepersAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC)
		w := clock.NewWorld(start, 0)
		woke := make(chan time.Time, 1)
		go func() {
			if w.SleepUntil(t.Context(), start.Add(72*time.Hour)) == nil {
				woke <- w.Now()
			}
		}()
		synctest.Wait()
		w.Jump(start.Add(time.Hour)) // not yet
		synctest.Wait()
		w.Jump(start.Add(80 * time.Hour))
		if got := <-woke; !got.Equal(start.Add(80 * time.Hour)) {
			t.Errorf("woke at %v", got)
		}
		w.Jump(start)
		if w.Now().Before(start.Add(80 * time.Hour)) {
			t.Error("the world went back")
		}
	})
}

func TestSpeedChangesFromNowOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2018, 11, 22, 0, 0, 0, 0, time.UTC)
		w := clock.NewWorld(start, 60)
		if err := (clock.Wall{}).Sleep(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		w.SetSpeed(1)
		if err := (clock.Wall{}).Sleep(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		if got, want := w.Now(), start.Add(61*time.Second); !got.Equal(want) || w.Speed() != 1 {
			t.Errorf("world shows %v at speed %v, want %v", got, w.Speed(), want)
		}
	})
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if (clock.Wall{}).Sleep(ctx, time.Hour) == nil || clock.NewWorld(time.Now(), 1).Sleep(ctx, time.Hour) == nil {
			t.Error("a sleep must end when its context does")
		}
	})
}
