package bucket

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/mirror"
)

// manifestName is the object that says what was written, below the prefix.
const manifestName = ".bonghwa-copy.json"

// mostManifest is how large a manifest may be that is read.
const mostManifest = 64 << 20

// manifest reads what is known of the copy; zero when there is none.
func (b *Bucket) manifest(ctx context.Context) (mirror.Manifest, error) {
	var m mirror.Manifest
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.bucket, Key: aws.String(b.prefix + manifestName)})
	if missing(err) && !strings.Contains(err.Error(), "NoSuchBucket") {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	raw, err := io.ReadAll(io.LimitReader(out.Body, mostManifest))
	_ = out.Body.Close() // read to its end
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(raw, &m); err != nil || m.Form != mirror.Form {
		return mirror.Manifest{}, fault.New(fault.Invalid, b.Name()+manifestName, "the copy's manifest cannot be read", "remove what lies below the prefix, and the copy is written anew")
	}
	return m, nil
}

// round is one writing of a copy.
type round struct {
	*Bucket
	copy  mirror.Copy
	work  mirror.Work
	was   mirror.Manifest
	whole bool              // all files, not only those that people come in by
	tags  map[string]string // the store's own tags of what it has, by name
	deep  []string          // paths
	front []string

	mu      sync.Mutex
	now     mirror.Manifest
	written int
	kept    int
	removed int
	done    int
}

func newRound(b *Bucket, c mirror.Copy, w mirror.Work, was mirror.Manifest) *round {
	r := &round{Bucket: b, copy: c, work: w, was: was, tags: map[string]string{}}
	r.whole = was.Renew(c, w)
	for _, p := range c.Paths() {
		if slices.Contains(c.First, p) {
			r.front = append(r.front, p)
		} else if r.whole {
			r.deep = append(r.deep, p)
		}
	}
	r.now = mirror.Manifest{Form: mirror.Form, Mark: c.Mark, Whole: was.Whole, Files: maps.Clone(was.Files)}
	if r.now.Files == nil {
		r.now.Files = map[string]mirror.Entry{}
	}
	return r
}

func (r *round) run(ctx context.Context) error {
	if r.whole {
		if err := r.list(ctx); err != nil {
			return err
		}
	}
	if err := r.announce(ctx); err != nil {
		return err
	}
	order := [][]string{r.deep, r.front}
	if r.work.Force { // somebody waits for it to be seen
		order = [][]string{r.front, r.deep}
	}
	for _, paths := range order {
		if err := r.put(ctx, paths); err != nil {
			return err
		}
	}
	if r.whole {
		if err := r.remove(ctx); err != nil {
			return err
		}
		r.now.Whole = r.work.Wall.Now().UTC()
	}
	return r.save(ctx)
}

// list asks the store what it has: an object that somebody else wrote meanwhile has
// another tag than the manifest says.
func (r *round) list(ctx context.Context) error {
	pages := s3.NewListObjectsV2Paginator(r.client, &s3.ListObjectsV2Input{Bucket: &r.bucket, Prefix: &r.prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			r.tags[strings.TrimPrefix(aws.ToString(o.Key), r.prefix)] = aws.ToString(o.ETag)
		}
	}
	return nil
}

// announce notes the names of what is about to be written for the first time, so
// that it is known to be ours even if we die before the end.
func (r *round) announce(ctx context.Context) error {
	fresh := false
	for _, p := range slices.Concat(r.deep, r.front) {
		name := mirror.ObjectName(p)
		if _, ok := r.was.Files[name]; !ok {
			r.now.Files[name], fresh = mirror.Entry{}, true
		}
	}
	if !fresh {
		return nil
	}
	before := r.was
	before.Form, before.Files = mirror.Form, r.now.Files
	return r.write(ctx, before)
}

// put prints files and writes those that changed, some at the same time.
func (r *round) put(ctx context.Context, paths []string) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	var failed error
	for f, err := range r.copy.Files(gctx, r.work, paths) {
		if err != nil {
			failed = err
			break
		}
		group.Go(func() error { return r.object(gctx, f) })
	}
	if err := group.Wait(); err != nil { // it is why printing ended, if it did
		return err
	}
	return failed
}

// object writes one file's object, unless the store has it as it is to be.
func (r *round) object(ctx context.Context, f mirror.File) error {
	name, hash := mirror.ObjectName(f.Path), hashOf(f)
	was := r.was.Files[name]
	same := was.Hash == hash && was.Tag != "" && (!r.whole || r.tags[name] == was.Tag)
	if same {
		r.note(name, was, false)
		return nil
	}
	in := &s3.PutObjectInput{
		Bucket: &r.bucket, Key: aws.String(r.prefix + name), Body: bytes.NewReader(f.Body),
		ContentType: aws.String(f.Type), CacheControl: aws.String(f.Cache),
	}
	if f.Language != "" {
		in.ContentLanguage = aws.String(f.Language)
	}
	if f.Save != "" {
		in.ContentDisposition = aws.String(f.Save)
	}
	out, err := r.client.PutObject(ctx, in)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	r.note(name, mirror.Entry{Hash: hash, Tag: aws.ToString(out.ETag)}, true)
	return nil
}

func (r *round) note(name string, e mirror.Entry, written bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.Files[name] = e
	if written {
		r.written++
	} else {
		r.kept++
	}
	r.done++
	r.work.Told(r.done, len(r.deep)+len(r.front))
}

// hashOf is of everything that an object carries, its headers too.
func hashOf(f mirror.File) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Hash, f.Type, f.Language, f.Cache, f.Save}, "\n")))
	return hex.EncodeToString(sum[:])
}

// remove removes what an earlier copy had and this one has not.
func (r *round) remove(ctx context.Context) error {
	keep := map[string]bool{}
	for _, p := range slices.Concat(r.deep, r.front) {
		keep[mirror.ObjectName(p)] = true
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, name := range slices.Sorted(maps.Keys(r.was.Files)) {
		if keep[name] {
			continue
		}
		delete(r.now.Files, name)
		r.removed++
		group.Go(func() error {
			_, err := r.client.DeleteObject(gctx, &s3.DeleteObjectInput{Bucket: &r.bucket, Key: aws.String(r.prefix + name)})
			if err != nil {
				return fmt.Errorf("remove %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// save writes the manifest of what stands there now.
func (r *round) save(ctx context.Context) error { return r.write(ctx, r.now) }

func (r *round) write(ctx context.Context, m mirror.Manifest) error {
	m.At = r.work.Wall.Now().UTC()
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	_, err = r.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &r.bucket, Key: aws.String(r.prefix + manifestName), Body: bytes.NewReader(raw),
		ContentType: aws.String("application/json"), CacheControl: aws.String("no-store"),
	})
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

func (r *round) report() mirror.Report {
	return mirror.Report{Written: r.written, Kept: r.kept, Removed: r.removed, Stands: r.now.Mark}
}
