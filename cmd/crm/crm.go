// Package crm is the demo's customer desk: a stand-in for a system of somebody
// else that is told what people decide, and that knows of changes itself.
//
// It follows hooks by the version of each person, and has a feed of what was
// changed on its own page, which the product asks. It shares no code with the
// product and keeps a file of its own.
package crm

import (
	"crypto/subtle"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"livingprofile/cmd/receiver"
)

// A Contact is one person, as the desk knows them.
type Contact struct {
	Number  string    `json:"number"`  // the desk's own
	Subject string    `json:"subject"` // as the product calls them; "" before a hook
	Name    string    `json:"name"`
	Phone   string    `json:"phone"`
	Letters []string  `json:"letters"` // brands that may write to them
	Asked   bool      `json:"asked"`   // the desk was told of their choices
	Version int64     `json:"version"` // of the newest hook that was followed
	At      time.Time `json:"at"`      // of the last change
	By      string    `json:"by"`      // whose it was
}

// A Change is one that was made on the desk's own page.
type Change struct {
	Event  int64     `json:"event"`
	Number string    `json:"number"`
	Mobile string    `json:"mobile"`
	At     time.Time `json:"changed"`
}

// Kept is everything that the desk holds.
type Kept struct {
	Contacts map[string]Contact `json:"contacts"` // by number
	Changes  []Change           `json:"changes"`
	Last     int64              `json:"last"` // event
}

// A Desk is the program. It is safe for concurrent use.
type Desk struct {
	secret []byte
	key    string
	file   string
	now    func() time.Time

	mu   sync.Mutex
	kept Kept
}

// Options are what a Desk needs to know.
type Options struct {
	Secret   string    // of its endpoint, as it was shown
	Key      string    // by which its feed may be read
	Folder   string    // where it keeps its file
	Contacts []Contact // whom it knows when it begins
}

// New returns the desk with what it kept.
func New(o Options) (*Desk, error) {
	secret, err := receiver.Secret(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("customer desk: %w", err)
	}
	d := &Desk{secret: secret, key: o.Key, file: filepath.Join(o.Folder, "crm.json"), now: time.Now}
	if err := receiver.Load(d.file, &d.kept); err != nil {
		return nil, fmt.Errorf("customer desk: %w", err)
	}
	if d.kept.Contacts == nil {
		d.kept.Contacts = map[string]Contact{}
		for _, c := range o.Contacts {
			d.kept.Contacts[c.Number] = c
		}
	}
	return d, nil
}

// Kept returns a copy of what the desk holds.
func (d *Desk) Kept() Kept {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Kept{maps.Clone(d.kept.Contacts), slices.Clone(d.kept.Changes), d.kept.Last}
}

// Handler answers the page at /, receives hooks at /hooks and has the feed at
// /feed.
func (d *Desk) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.show)
	mux.HandleFunc("POST /contacts", d.change)
	mux.HandleFunc("POST /hooks", d.receive)
	mux.HandleFunc("GET /feed", d.feed)
	return mux
}

// receive follows a hook.
func (d *Desk) receive(w http.ResponseWriter, r *http.Request) {
	h := receiver.Read(w, r, d.secret, d.now())
	if h == nil {
		return
	}
	if h.Data.Subject == "" {
		receiver.Applied(w, "")
		return
	}
	reason, known, err := d.follow(h)
	switch {
	case err != nil:
		http.Error(w, "could not be kept", http.StatusServiceUnavailable)
	case !known:
		receiver.Answer(w, map[string]string{"status": "not_held"})
	default:
		receiver.Applied(w, reason)
	}
}

// newsletter is the purpose for which the desk writes letters.
const newsletter = "newsletter"

// follow makes what the desk holds be what it may hold. What is older than what
// it knows already is dropped.
func (d *Desk) follow(h *receiver.Hook) (reason string, known bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for number, c := range d.kept.Contacts {
		if c.Subject != h.Data.Subject && !slices.Contains(h.Data.KnownAs, number) {
			continue
		}
		known = true
		if h.Data.Version < c.Version {
			reason = "older"
			continue
		}
		if h.Data.Erased {
			d.forget(number)
			continue
		}
		c.Subject, c.Version, c.Letters, c.Asked, c.At, c.By = h.Data.Subject, h.Data.Version, h.Brands(newsletter), true, d.now(), "the profile"
		c.Phone = h.Data.Fields["phone"]
		c.Name = strings.TrimSpace(h.Data.Fields["given-name"] + " " + h.Data.Fields["family-name"])
		d.kept.Contacts[number] = c
	}
	return reason, known, receiver.Save(d.file, d.kept)
}

// forget deletes a contact, and what waits in the feed about them.
func (d *Desk) forget(number string) {
	delete(d.kept.Contacts, number)
	d.kept.Changes = slices.DeleteFunc(d.kept.Changes, func(c Change) bool { return c.Number == number })
}

// change takes a new phone number from the desk's own page.
func (d *Desk) change(w http.ResponseWriter, r *http.Request) {
	number, phone := r.PostFormValue("number"), strings.TrimSpace(r.PostFormValue("phone"))
	if !receiver.Own(r) {
		http.Error(w, "from elsewhere", http.StatusForbidden)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	c, known := d.kept.Contacts[number]
	const most = 40
	if !known || len(phone) > most {
		http.Error(w, "no such contact, or no number", http.StatusUnprocessableEntity)
		return
	}
	c.Phone, c.At, c.By = phone, d.now(), "the desk"
	d.kept.Contacts[number] = c
	d.kept.Last++
	d.kept.Changes = append(d.kept.Changes, Change{d.kept.Last, number, phone, d.now()})
	if err := receiver.Save(d.file, d.kept); err != nil {
		http.Error(w, "could not be kept", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// feed answers with what was changed after an event, and where to ask next.
func (d *Desk) feed(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+d.key)) != 1 {
		http.Error(w, "not let in", http.StatusUnauthorized)
		return
	}
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	changes := slices.DeleteFunc(d.Kept().Changes, func(c Change) bool { return c.Event <= after })
	if n := len(changes); n > 0 {
		w.Header().Set("Link", fmt.Sprintf(`</feed?after=%d>; rel="next"`, changes[n-1].Event))
	}
	receiver.Answer(w, map[string]any{"contacts": append([]Change{}, changes...)})
}
