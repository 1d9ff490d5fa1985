package board_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bonghwa/bonghwa/board"
	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

func TestAProbedComponentWithoutFreshDataIsNeverWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pulses map[health.CheckID]board.Pulse
		want   health.Level
	}{
		"fresh":         {map[health.CheckID]board.Pulse{"dns": {Fresh: true, Beat: 9}}, health.Operational},
		"stale":         {map[health.CheckID]board.Pulse{"dns": {Fresh: false, Beat: 9}}, health.Unknown},
		"never run":     {nil, health.Unknown},
		"another check": {map[health.CheckID]board.Pulse{"other": {Fresh: true, Beat: 9}}, health.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := peace(t)
			r.pulses = c.pulses
			b := read(t, r.keeper(), r.now())
			if got := b.Level(ec2().Component()); got != c.want {
				t.Errorf("EC2 is %v, want %v", got, c.want)
			}
			if got := b.Level(s3().Component()); got != health.Operational {
				t.Errorf("S3, which nobody probes, is %v", got)
			}
			if b.Count(health.Operational)+b.Count(health.Unknown) != 2 || b.Worst != c.want {
				t.Errorf("%d well, %d unknown, worst %v", b.Count(health.Operational), b.Count(health.Unknown), b.Worst)
			}
		})
	}
}

func TestAnOldBoardKnowsNothingOfWhatIsProbed(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	read(t, k, r.now())
	for minutes, want := range map[int]health.Level{0: health.Operational, 5: health.Operational, 6: health.Unknown} {
		b := k.Source().Board(terms(), r.now().Add(time.Duration(minutes)*time.Minute))
		if got := b.Level(ec2().Component()); got != want || b.Old() != (want == health.Unknown) {
			t.Errorf("after %d minutes EC2 is %v and the board old: %v", minutes, got, b.Old())
		}
		if b.Level(s3().Component()) != health.Operational {
			t.Error("what the provider declares stands until it declares otherwise")
		}
	}
}

func TestTheWorstOpenImpactIsTheLevel(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	r.outage(s3(), health.Degraded)
	i := r.outage(s3(), health.MajorOutage)
	r.pulses = nil
	b := read(t, k, r.now())
	if got := b.Level(s3().Component()); got != health.MajorOutage {
		t.Errorf("S3 is %v", got)
	}
	if got := b.Unwell(); len(got) != 2 || got[0] != ec2().Component() {
		t.Errorf("unwell: %v, in the catalogue's order", got)
	}
	r.world.Jump(r.now().Add(time.Hour))
	r.recover(i)
	if got := read(t, k, r.now()).Level(s3().Component()); got != health.Degraded {
		t.Errorf("after the worse one is over S3 is %v", got)
	}
}

func TestWhatIsSavedIsToldAlike(t *testing.T) {
	t.Parallel()
	r := peace(t)
	k := r.keeper()
	i := r.outage(ec2(), health.MajorOutage)
	b := read(t, k, r.now())
	var file bytes.Buffer
	if err := k.Source().Save(&file); err != nil {
		t.Fatal(err)
	}
	if text := file.String(); strings.Contains(text, `"op"`) {
		t.Error("who published is in the file of a public page")
	}
	loaded, err := board.Load(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	again := loaded.Board(terms(), r.now())
	e, ok := again.Event(i.ID)
	if !ok || e.LastUpdate().Body.In(health.English) != "Looking" || again.Revision != b.Revision || again.Level(ec2().Component()) != health.MajorOutage {
		t.Errorf("loaded: %+v at %v", e, again.Revision)
	}
	for name, text := range map[string]string{
		"cut": file.String()[:file.Len()/2], "another form": `{"form":99}`, "no JSON": "page", "empty": "",
	} {
		if _, err := board.Load(strings.NewReader(text)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
