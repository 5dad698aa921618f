// Package gateway is the demo's club: a stand-in for the machines that people
// train on, which tell of each session.
//
// It tells the product by its API, as docs/hooks.md and the API's reference say,
// and follows hooks: for whoever does not want suggestions the machines measure
// nothing. It shares no code with the product and keeps a file of its own.
package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
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

// A Member is one who trains at the club.
type Member struct {
	Number  string `json:"number"`  // the club's own
	Subject string `json:"subject"` // as the product calls them; "" before a hook
	Name    string `json:"name"`
	Stopped bool   `json:"stopped"` // they want nothing measured
	Version int64  `json:"version"` // of the newest hook that was followed
}

// A Session is what a machine saw.
type Session struct {
	Event   string    `json:"event"`
	Number  string    `json:"number"`
	Machine string    `json:"machine"`
	Minutes int       `json:"minutes"`
	At      time.Time `json:"at"`
	Became  string    `json:"became"` // as the product answered
}

// Kept is everything that the club holds.
type Kept struct {
	Members  map[string]Member `json:"members"` // by number
	Sessions []Session         `json:"sessions"`
}

// A Club is the program. It is safe for concurrent use.
type Club struct {
	Options
	secret []byte
	file   string
	client *http.Client
	now    func() time.Time

	mu   sync.Mutex
	kept Kept
}

// Options are what a Club needs to know.
type Options struct {
	Secret  string   // of its endpoint, as it was shown
	Portal  string   // address of the product
	Key     string   // by which the club tells it
	Folder  string   // where the club keeps its file
	Members []Member // whom it knows when it begins
}

// New returns the club with what it kept.
func New(o Options) (*Club, error) {
	secret, err := receiver.Secret(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("club: %w", err)
	}
	const patience = 10 * time.Second
	c := &Club{Options: o, secret: secret, file: filepath.Join(o.Folder, "gateway.json"), client: &http.Client{Timeout: patience}, now: time.Now}
	if err := receiver.Load(c.file, &c.kept); err != nil {
		return nil, fmt.Errorf("club: %w", err)
	}
	if c.kept.Members == nil {
		c.kept.Members = map[string]Member{}
		for _, m := range o.Members {
			c.kept.Members[m.Number] = m
		}
	}
	return c, nil
}

// Kept returns a copy of what the club holds.
func (c *Club) Kept() Kept {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Kept{maps.Clone(c.kept.Members), slices.Clone(c.kept.Sessions)}
}

// Handler answers the page at /, takes sessions at /sessions and receives hooks
// at /hooks.
func (c *Club) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.show)
	mux.HandleFunc("POST /sessions", c.train)
	mux.HandleFunc("POST /hooks", c.receive)
	return mux
}

// suggestions is the purpose that the machines measure for.
const suggestions = "training-suggestions"

// receive follows a hook.
func (c *Club) receive(w http.ResponseWriter, r *http.Request) {
	h := receiver.Read(w, r, c.secret, c.now())
	if h == nil {
		return
	}
	if h.Data.Subject == "" {
		receiver.Applied(w, "")
		return
	}
	reason, known, err := c.follow(h)
	switch {
	case err != nil:
		http.Error(w, "could not be kept", http.StatusServiceUnavailable)
	case !known:
		receiver.Answer(w, map[string]string{"status": "not_held"})
	default:
		receiver.Applied(w, reason)
	}
}

// follow measures nothing of who does not want it, and forgets who was erased.
// What is older than what the club knows already is dropped.
func (c *Club) follow(h *receiver.Hook) (reason string, known bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for number, m := range c.kept.Members {
		if m.Subject != h.Data.Subject && !slices.Contains(h.Data.KnownAs, number) {
			continue
		}
		known = true
		if h.Data.Version < m.Version {
			reason = "older"
			continue
		}
		if h.Data.Erased {
			c.forget(number)
			continue
		}
		m.Subject, m.Version, m.Stopped = h.Data.Subject, h.Data.Version, len(h.Brands(suggestions)) == 0
		c.kept.Members[number] = m
	}
	return reason, known, receiver.Save(c.file, c.kept)
}

// forget deletes a member, and what the machines saw of them.
func (c *Club) forget(number string) {
	delete(c.kept.Members, number)
	c.kept.Sessions = slices.DeleteFunc(c.kept.Sessions, func(s Session) bool { return s.Number == number })
}

// train is the end of a session at a machine.
func (c *Club) train(w http.ResponseWriter, r *http.Request) {
	minutes, err := strconv.Atoi(r.PostFormValue("minutes"))
	const most = 300
	if !receiver.Own(r) || err != nil || minutes < 1 || minutes > most {
		http.Error(w, "no session", http.StatusUnprocessableEntity)
		return
	}
	now := c.now()
	s := Session{
		Event: strconv.FormatInt(now.UnixNano(), 36), Number: r.PostFormValue("member"), Machine: r.PostFormValue("machine"),
		Minutes: minutes, At: now,
	}
	m, known := c.Kept().Members[s.Number]
	switch {
	case !known:
		http.Error(w, "no such member", http.StatusUnprocessableEntity)
		return
	case m.Stopped:
		s.Became = "not measured: they said no"
	default:
		s.Became = c.tell(r.Context(), &s)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, still := c.kept.Members[s.Number]; !still { // they were erased meanwhile
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	c.kept.Sessions = append([]Session{s}, c.kept.Sessions...)
	const kept = 30
	c.kept.Sessions = c.kept.Sessions[:min(len(c.kept.Sessions), kept)]
	if err := receiver.Save(c.file, c.kept); err != nil {
		http.Error(w, "could not be kept", http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// tell sends a session to the product and returns what became of it.
func (c *Club) tell(ctx context.Context, s *Session) string {
	var found struct {
		Subject string `json:"subject"`
	}
	names := map[string]any{"identifiers": []map[string]string{{"kind": "customer", "value": s.Number}}}
	if err := c.post(ctx, "/api/v1/subjects/lookup", names, &found); err != nil {
		return err.Error()
	}
	var taken struct {
		Activities []struct {
			Result string `json:"result"`
			Denied string `json:"denied"`
		} `json:"activities"`
	}
	body := map[string]any{"activities": []map[string]any{{
		"event": s.Event, "kind": "training-session", "at": s.At.UTC().Format(time.RFC3339),
		"values": map[string]string{"machine": s.Machine, "minutes": strconv.Itoa(s.Minutes)},
	}}}
	if err := c.post(ctx, "/api/v1/subjects/"+found.Subject+"/activities", body, &taken); err != nil {
		return err.Error()
	}
	if len(taken.Activities) == 0 {
		return "no answer"
	}
	became := strings.TrimSpace(taken.Activities[0].Result + " " + taken.Activities[0].Denied)
	return strings.ReplaceAll(became, "_", " ")
}

func (c *Club) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(c.Portal, "/")+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.Key)
	r.Header.Set("Content-Type", "application/json")
	res, err := c.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	const most = 64 << 10
	answer, err := io.ReadAll(io.LimitReader(res.Body, most))
	switch {
	case err != nil:
		return err
	case res.StatusCode/100 != 2:
		return fmt.Errorf("the profile answered %d", res.StatusCode)
	}
	return json.Unmarshal(answer, into)
}
