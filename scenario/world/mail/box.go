package mail

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bonghwa/bonghwa/fault"
)

// Mail is one kept mail.
type Mail struct {
	File      string // its name, which orders mails by the time they were taken
	From      string // envelope sender
	To        string // envelope recipients, with a comma between
	ID        string // Message-ID with its angle brackets
	Subject   string // decoded
	Language  string // Content-Language
	InReplyTo string
	Date      time.Time // the mail's own date
	Header    netmail.Header
	Text      string // decoded, lines end in LF
	HTML      string // decoded
	Raw       []byte // as it came in
}

// Box reads the mails of a directory and remembers those it has read. It is safe
// for concurrent use, also while a server keeps more.
type Box struct {
	dir   string
	mu    sync.Mutex
	known map[string]Mail
}

// Open makes a reader of a server's directory, which need not exist yet.
func Open(dir string) *Box { return &Box{dir: dir, known: map[string]Mail{}} }

// Read lists the mails kept in a directory, in the order they were taken.
func Read(dir string) ([]Mail, error) { return Open(dir).List() }

// List lists the mails there are, in the order they were taken, without their raw
// bytes. Only new files are read. A mail that is gone is gone from the list.
func (b *Box) List() ([]Mail, error) {
	entries, err := os.ReadDir(filepath.Join(b.dir, "new"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(fault.Unavailable, "list mails", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Mail
	seen := make(map[string]Mail, len(entries))
	for _, e := range entries {
		m, ok := b.known[e.Name()]
		if !ok {
			if m, err = b.read(e.Name()); err != nil {
				return nil, err
			}
			m.Raw = nil
		}
		seen[e.Name()] = m
		out = append(out, m)
	}
	b.known = seen
	slices.SortFunc(out, func(a, c Mail) int { return cmp.Compare(a.File, c.File) })
	return out, nil
}

// Mail reads one mail by its file's name, with its raw bytes. NotFound if there is
// none.
func (b *Box) Mail(file string) (Mail, error) {
	if file != filepath.Base(file) || strings.HasPrefix(file, ".") {
		return Mail{}, fault.New(fault.NotFound, "mail", "there is no such mail", "")
	}
	return b.read(file)
}

func (b *Box) read(file string) (Mail, error) {
	raw, err := os.ReadFile(filepath.Join(b.dir, "new", file)) //nolint:gosec // G304: a name from the listing, or one without a folder
	if errors.Is(err, fs.ErrNotExist) {
		return Mail{}, fault.New(fault.NotFound, "mail", "there is no such mail", "")
	}
	if err != nil {
		return Mail{}, fault.Wrap(fault.Unavailable, "read a mail", err)
	}
	m, err := parse(raw)
	m.File = file
	if err != nil {
		return m, fault.Wrap(fault.Internal, "read mail "+file, err)
	}
	return m, nil
}

// parse takes off the envelope, which stands as two lines before the mail, and
// reads the rest.
func parse(stored []byte) (Mail, error) {
	var m Mail
	rest := stored
	for _, field := range []struct {
		name string
		to   *string
	}{{"Return-Path: ", &m.From}, {"Delivered-To: ", &m.To}} {
		line, after, ok := bytes.Cut(rest, []byte("\r\n"))
		value, named := strings.CutPrefix(string(line), field.name)
		if !ok || !named {
			return m, errors.New("the envelope is missing")
		}
		*field.to, rest = strings.Trim(value, "<>"), after
	}
	m.Raw = rest
	msg, err := netmail.ReadMessage(bytes.NewReader(rest))
	if err != nil {
		return m, fmt.Errorf("read the header: %w", err)
	}
	m.Header = msg.Header
	m.ID, m.Language, m.InReplyTo = msg.Header.Get("Message-ID"), msg.Header.Get("Content-Language"), msg.Header.Get("In-Reply-To")
	var words mime.WordDecoder
	if m.Subject, err = words.DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("read the subject: %w", err)
	}
	if date, err := msg.Header.Date(); err == nil {
		m.Date = date.UTC()
	}
	return m, m.content(msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body)
}

// content decodes the text and the HTML part.
func (m *Mail) content(kind, coding string, body io.Reader) error {
	media, params, err := mime.ParseMediaType(cmp.Or(kind, "text/plain"))
	if err != nil {
		return fmt.Errorf("read the content type: %w", err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		return m.leaf(media, coding, body)
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a part: %w", err)
		}
		if err := m.content(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
			return err
		}
	}
}

func (m *Mail) leaf(media, coding string, body io.Reader) error {
	switch strings.ToLower(coding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("decode a part: %w", err)
	}
	content := strings.ReplaceAll(string(raw), "\r\n", "\n")
	switch media {
	case "text/plain":
		m.Text = content
	case "text/html":
		m.HTML = content
	}
	return nil
}

// keeper writes mails into a directory: whole and synced under tmp, then moved to
// new, which is synced too.
type keeper struct {
	dir string
	mu  sync.Mutex
	n   int
}

func openKeeper(dir string) (*keeper, error) {
	for _, sub := range []string{"tmp", "new"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, err
		}
	}
	old, err := os.ReadDir(filepath.Join(dir, "new"))
	if err != nil {
		return nil, err
	}
	k := &keeper{dir: dir}
	if len(old) > 0 { // names are numbers of fixed width, so the last is the highest
		if _, err := fmt.Sscanf(old[len(old)-1].Name(), "%09d.eml", &k.n); err != nil {
			return nil, fault.New(fault.Invalid, filepath.Join(dir, "new", old[len(old)-1].Name()), "is no mail of ours", "give an empty directory")
		}
	}
	return k, nil
}

// keep saves a mail; when it gives nil the mail is on the disk.
func (k *keeper) keep(from string, to []string, body []byte) error {
	k.mu.Lock()
	k.n++
	name := fmt.Sprintf("%09d.eml", k.n)
	k.mu.Unlock()
	tmp := filepath.Join(k.dir, "tmp", name)
	head := "Return-Path: <" + from + ">\r\nDelivered-To: <" + strings.Join(to, ",") + ">\r\n"
	if err := writeSynced(tmp, append([]byte(head), body...)); err != nil {
		return err
	}
	if err := os.Rename(tmp, filepath.Join(k.dir, "new", name)); err != nil {
		return err
	}
	return syncDir(filepath.Join(k.dir, "new"))
}

func writeSynced(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // G304: a number in our own directory
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // G304: our own directory
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
