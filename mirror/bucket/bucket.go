// Package bucket keeps copies of the public page in a bucket of any store that
// speaks S3.
//
// A bucket cannot change at one stroke. So what never changes and what few ask for
// is written first, the pages that people come in by after all of that, and what is
// gone is removed at the end: who follows a link finds a page, of this minute or of
// one before. A manifest beside the copy says what was written; an object that is
// the same, and that the store still has as it was written, is not written again.
//
// The driver calls the store's address and nothing else: keys come from the
// environment or from a file that it names, never from a service of the machine.
package bucket

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/mirror"
)

// within bounds one request to the store, in wall time.
const within = 30 * time.Second

// atOnce is how many objects are on their way at the same time.
const atOnce = 8

// Bucket is a target.
type Bucket struct {
	client *s3.Client
	bucket string
	prefix string // empty, or with a slash at its end
}

var _ mirror.Target = (*Bucket)(nil)

// Open makes the target of an address such as
// "s3://name?region=ap-northeast-2&endpoint=https://store.example", below a prefix.
// Nothing is called yet. Keys and, where the address says none, the region come
// from the environment, which env reads.
func Open(address, prefix string, env func(string) string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return nil, fault.New(fault.Invalid, "bucket", "this is no address of a bucket", "write s3://name?region=ap-northeast-2")
	}
	q := u.Query()
	o := s3.Options{
		Region:      first(q.Get("region"), env("AWS_REGION"), env("AWS_DEFAULT_REGION"), "us-east-1"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys(env) }),
		HTTPClient:  client(), RetryMaxAttempts: 3,
		// Checksums beyond those that S3 demands are refused by some other stores.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}
	if endpoint := q.Get("endpoint"); endpoint != "" {
		o.BaseEndpoint, o.UsePathStyle = aws.String(endpoint), true
	}
	b := &Bucket{client: s3.New(o), bucket: u.Host, prefix: strings.Trim(prefix, "/")}
	if b.prefix != "" {
		b.prefix += "/"
	}
	return b, nil
}

// client speaks HTTP with bounds, and follows no redirect: a signed request is for
// one address.
func client() *http.Client {
	return &http.Client{
		Timeout:       within,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: within, ResponseHeaderTimeout: within, ForceAttemptHTTP2: true,
		},
	}
}

// Name is the bucket's address without its details.
func (b *Bucket) Name() string { return "s3://" + b.bucket + "/" + b.prefix }

// Look is the mark of the copy that stands there; zero when there is none.
func (b *Bucket) Look(ctx context.Context) (mirror.Mark, error) {
	m, err := b.manifest(ctx)
	return m.Mark, b.explain(err)
}

// Write writes what changed.
func (b *Bucket) Write(ctx context.Context, c mirror.Copy, w mirror.Work) (mirror.Report, error) {
	was, err := b.manifest(ctx)
	if err != nil {
		return mirror.Report{}, b.explain(err)
	}
	if was.Form == 0 {
		if err := b.claim(ctx); err != nil {
			return mirror.Report{}, b.explain(err)
		}
	}
	if was.Leave(c, w) {
		return mirror.Report{Newer: true, Stands: was.Mark}, nil
	}
	r := newRound(b, c, w, was)
	if err := r.run(ctx); err != nil {
		return mirror.Report{}, b.explain(err)
	}
	return r.report(), nil
}

// claim refuses a place that holds something else.
func (b *Bucket) claim(ctx context.Context) error {
	out, err := b.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &b.bucket, Prefix: &b.prefix, MaxKeys: aws.Int32(1)})
	if err != nil {
		return err
	}
	if len(out.Contents) > 0 {
		return fault.New(fault.Conflict, b.Name(), "it holds something that is no copy of ours", "name a prefix of its own, or empty it")
	}
	return nil
}

// explain gives an error of the store a kind and says which bucket.
func (b *Bucket) explain(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(fault.Unavailable, "copy to "+b.Name(), err)
}

func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// missing reports whether the store says that there is no such object.
func missing(err error) bool {
	var answer interface{ HTTPStatusCode() int }
	return errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusNotFound
}
