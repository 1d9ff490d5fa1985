package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Doors are the ways into the program that a replay uses: those of any user.
type Doors struct {
	Server      string // base address of the public listener
	OperatorKey string // file with the scripted operator's key
	ApproverKey string // file with the second person's key
	// Command runs a command of the program and gives its standard output.
	Command func(ctx context.Context, args ...string) ([]byte, error)
	// Progress is told what happens, one line at a time.
	Progress func(line string)
}

// Replay is one run of a scenario against the program.
type Replay struct {
	stage    *Stage
	doors    Doors
	operator *door
	approver *door
	mu       sync.Mutex
	memory   memory // guarded by mu: pages read it while steps write it
}

// memory is what the scripted people remember between steps, kept on disk.
type memory struct {
	Incident health.IncidentID  `json:"incident,omitempty"`
	Run      health.CreditRunID `json:"run,omitempty"`
	Done     map[string]bool    `json:"done"` // keys of steps that are over
}

// NewReplay readies a run. The program must be up.
func NewReplay(stage *Stage, doors Doors) (*Replay, error) {
	r := &Replay{stage: stage, doors: doors, memory: memory{Done: map[string]bool{}}}
	var err error
	if r.operator, err = openDoor(doors.Server, doors.OperatorKey, stage.o.Wall); err != nil {
		return nil, err
	}
	if r.approver, err = openDoor(doors.Server, doors.ApproverKey, stage.o.Wall); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(r.memoryFile())
	if err == nil {
		err = json.Unmarshal(raw, &r.memory)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fault.Wrap(fault.Invalid, "read the replay's memory "+r.memoryFile(), err)
	}
	return r, nil
}

func (r *Replay) memoryFile() string { return filepath.Join(r.stage.o.Dir, "memory.json") }

// learn changes the memory and keeps it on disk.
func (r *Replay) learn(change func(*memory)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.memory)
	raw, err := json.Marshal(r.memory)
	if err != nil {
		return err
	}
	return replaceFile(r.memoryFile(), raw)
}

// known is the incident and the credit run, once there are any.
func (r *Replay) known() (health.IncidentID, health.CreditRunID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.memory.Incident, r.memory.Run
}

// done reports whether a step is over.
func (r *Replay) done(s Step) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.memory.Done[s.Key]
}

// Furnish gives the program its catalogue and its customers. Doing it again
// changes nothing.
func (r *Replay) Furnish(ctx context.Context) error {
	if err := r.stage.writeChecks(); err != nil {
		return err
	}
	var files []string
	for _, name := range []string{"regions", "services", "components", "policies", "checks"} {
		files = append(files, r.stage.input("catalog/"+name+".yaml"))
	}
	if err := r.applyCatalogue(ctx, files); err != nil {
		return fmt.Errorf("apply the catalogue: %w", err)
	}
	for _, in := range []struct{ kind, file string }{
		{"organizations", OrganizationsFile},
		{"accounts", AccountsFile},
		{"contacts", ContactsFile},
		{"resources", ResourcesFile},
		{"support_plans", PlansFile},
	} {
		if _, err := r.doors.Command(ctx, "accounts", "import", "--kind", in.kind, "--as-of", r.stage.script.Begins.Format(time.RFC3339), r.stage.input(in.file)); err != nil {
			return fmt.Errorf("import %s: %w", in.kind, err)
		}
	}
	return nil
}

// applyCatalogue plans and, where something differs, applies: an interrupted
// replay has applied most of it before.
func (r *Replay) applyCatalogue(ctx context.Context, files []string) error {
	with := append([]string{"--server", r.doors.Server, "--key-file", r.doors.OperatorKey, "--json"}, files...)
	raw, err := r.doors.Command(ctx, append([]string{"catalog", "plan"}, with...)...)
	if err != nil {
		return err
	}
	var plan struct {
		Changes []json.RawMessage `json:"changes"`
	}
	if err := json.Unmarshal(raw, &plan); err != nil || len(plan.Changes) == 0 {
		return err
	}
	_, err = r.doors.Command(ctx, append([]string{"catalog", "apply"}, with...)...)
	return err
}

// Play lets the world run at the stage's speed, does every step of the script at
// its time, and afterwards lets the world run on as fast as the wall. It returns
// when the last step is done, or with the first error.
func (r *Replay) Play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return r.keepTime(ctx) })
	group.Go(func() error { return r.causes(ctx) })
	r.stage.world.SetSpeed(r.stage.o.Speed)
	group.Go(func() error {
		defer cancel()
		return r.steps(ctx)
	})
	err := group.Wait()
	if errors.Is(err, context.Canceled) && r.over() {
		err = nil
	}
	r.stage.world.SetSpeed(1)
	return errors.Join(err, r.stage.saveTime())
}

func (r *Replay) over() bool {
	return !slices.ContainsFunc(r.stage.script.Steps, func(s Step) bool { return !r.done(s) })
}

func (r *Replay) keepTime(ctx context.Context) error {
	for {
		if err := r.stage.saveTime(); err != nil {
			return fmt.Errorf("save the world's time: %w", err)
		}
		if err := r.stage.o.Wall.Sleep(ctx, saveEvery); err != nil {
			return err
		}
	}
}

// causes takes resolvers out of service and puts them back as the script says.
func (r *Replay) causes(ctx context.Context) error {
	fleet := r.stage.script.Fleet
	for {
		now := r.stage.world.Now()
		r.stage.fleet.SetInService(fleet.InService(now))
		next := fleet.Next(now)
		if next.IsZero() {
			return nil
		}
		if err := r.stage.world.SleepUntil(ctx, next); err != nil {
			return err
		}
	}
}

func (r *Replay) steps(ctx context.Context) error {
	for _, s := range r.stage.script.Steps {
		if r.done(s) {
			continue
		}
		if err := r.await(ctx, s.At); err != nil {
			return err
		}
		if err := r.do(ctx, s); err != nil {
			return fmt.Errorf("step %s: %w", s.Key, err)
		}
		if err := r.learn(func(m *memory) { m.Done[s.Key] = true }); err != nil {
			return err
		}
	}
	return r.quiet(ctx)
}

// await waits for a step's time. After the end of the day the world jumps there,
// once everybody has been told what was published before.
func (r *Replay) await(ctx context.Context, at time.Time) error {
	day := r.stage.script.Ends
	if !at.After(day) {
		return r.stage.world.SleepUntil(ctx, at)
	}
	if err := r.stage.world.SleepUntil(ctx, day); err != nil {
		return err
	}
	if err := r.quiet(ctx); err != nil {
		return err
	}
	r.stage.world.Jump(at)
	return nil
}

// quiet waits until everything that was published has been told to everybody, so
// that no jump of the world overtakes a mail.
func (r *Replay) quiet(ctx context.Context) error {
	for {
		told, err := r.publications(ctx)
		if err != nil {
			return err
		}
		pending := 0
		for _, p := range told {
			pending += p.Pending
		}
		if pending == 0 && len(told) >= r.toTell() {
			return nil
		}
		if err := r.stage.o.Wall.Sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// toTell is how many publications the steps that are done must have made.
func (r *Replay) toTell() int {
	n := 0
	for _, s := range r.stage.script.Steps {
		tells := s.Do == DoUpdate || s.Do == DoPublishSummary || s.Do == DoApproveCredit
		if tells && r.done(s) {
			n++
		}
	}
	return n
}

func (r *Replay) do(ctx context.Context, s Step) error {
	r.doors.Progress(fmt.Sprintf("%s  %s", s.At.Format("2006-01-02 15:04 -07"), s.Key))
	switch s.Do {
	case DoUpdate:
		return r.update(ctx, s)
	case DoPublishSummary:
		return r.publishSummary(ctx, s)
	case DoPlanCredit:
		return r.planCredit(ctx, s)
	case DoApproveCredit:
		_, run := r.known()
		return r.approver.post(ctx, "/credit/runs/"+string(run)+"/approve", s.Key, nil)
	case DoApplyCredit:
		return r.applyCredit(ctx, s)
	}
	return fault.New(fault.Invalid, "do", s.Do+" is nothing that can be done", "")
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

// Linger keeps the world's time saved and the resolvers served after the story,
// until wait returns.
func (r *Replay) Linger(ctx context.Context, wait func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer cancel()
		return wait(ctx)
	})
	group.Go(func() error {
		if err := r.keepTime(ctx); ctx.Err() == nil {
			return err
		}
		return nil
	})
	return group.Wait()
}
