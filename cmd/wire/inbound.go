package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/folder"
	"livingprofile/internal/hook"
	"livingprofile/internal/inbound"
	"livingprofile/internal/job"
	"livingprofile/internal/outbound"
	"livingprofile/internal/pull"
)

// author returns a system as one who tells something without a key: in the
// answer to a hook, or in its feed. Any may tell of decisions, and of what people
// did as far as that is declared; values come from those alone that are declared
// as a source.
func (a *App) author(system string) (*inbound.Author, error) {
	org := a.Current.Load()
	s, ok := org.System(system)
	if !ok || s.Retired {
		return nil, errs.NotFound
	}
	return &inbound.Author{
		Organisation: org, System: s, MayField: func(string) bool { return true },
		MayProfile: s.Source, MayConsent: true, MayActivity: true,
	}, nil
}

// answered takes what the answer to a hook carried.
func (a *App) answered(ctx context.Context, b hook.Brought) (refused int, err error) {
	author, err := a.author(b.System)
	if err != nil {
		return 0, err
	}
	from := author.Sender(b.Entry)
	from.Way, from.Places = inbound.ByAnswer, []string{inbound.OfEndpoint(b.Endpoint), inbound.OfDelivery(b.Endpoint, b.Entry)}
	if b.Fault != "" {
		return 1, a.Door.Refuse(ctx, from, b.Fault, 1)
	}
	batch, err := a.Door.Read(ctx, author, b.Changes, nil)
	if err != nil {
		return 0, err
	}
	if err := batch.Take(ctx, from); err != nil {
		return 0, err
	}
	if batch.Contested() {
		// A hook that is settled is not answered again, and a no could be in this.
		return 0, fmt.Errorf("the answer to %s: %w", b.Entry, errs.Unavailable)
	}
	return batch.Count()[inbound.Refused], nil
}

// Puller returns what reads the feeds of systems, through a door that lets
// allowed private addresses pass.
func (a *App) Puller(allow []string) (*pull.Puller, error) {
	door, err := outbound.New(outbound.Options{Allow: allow})
	if err != nil {
		return nil, err
	}
	return &pull.Puller{Deps: pull.Deps{
		Door: door, Store: a.DB, Take: a.pulled, Refuse: a.refusedFile, Clock: a.Clock, Secret: a.secretFile, Log: a.Log,
		Login: a.speaker(door).login, Folders: folder.Root(a.settings.ExchangePath()),
	}}, nil
}

// refusedFile keeps that a file of a system, or rows of it, were not taken.
func (a *App) refusedFile(ctx context.Context, system, reason string, times int) error {
	from := inbound.Sender{System: system, Way: inbound.ByFeed, Places: []string{inbound.OfFeed(system)}}
	return a.Door.Refuse(ctx, from, reason, times)
}

// pulled takes what a page of a feed brought, together with the place behind it.
func (a *App) pulled(ctx context.Context, system string, changes []json.RawMessage, at pull.Position) (pull.Position, map[int]string, error) {
	author, err := a.author(system)
	if err != nil {
		return at, nil, err
	}
	batch, err := a.Door.Read(ctx, author, changes, nil)
	if err != nil {
		return at, nil, err
	}
	from := author.Sender("pull")
	from.Way, from.Places = inbound.ByFeed, []string{inbound.OfFeed(system)}
	kept := at
	err = batch.TakeWith(ctx, from, func() any {
		kept = at
		for i := range batch.Outcomes {
			switch o := &batch.Outcomes[i]; {
			case o.Result == inbound.Refused:
				kept.Refused++
			case o.Result != inbound.Unchanged && !o.Repeated:
				kept.Taken++
			}
		}
		return kept
	})
	refused := map[int]string{}
	for i := range batch.Outcomes {
		if o := &batch.Outcomes[i]; o.Result == inbound.Refused {
			refused[i] = o.Reason
		}
	}
	return kept, refused, err
}

// maxSecret is more than any key has.
const maxSecret = 4 << 10

// secretFile reads the key of a feed, a file in the folder "secrets" beside the
// master key. A name leads nowhere else.
func (a *App) secretFile(name string) (string, error) {
	root, err := os.OpenRoot(filepath.Join(a.settings.folder(), "secrets"))
	if err != nil {
		return "", fmt.Errorf("folder of secrets: %w", err)
	}
	defer root.Close()
	text, err := root.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	if len(text) > maxSecret || strings.ContainsAny(strings.TrimSpace(string(text)), "\r\n") {
		return "", fmt.Errorf("secret %s is no single line", name)
	}
	return strings.TrimSpace(string(text)), nil
}

// pulls is the task that reads the feeds which are due.
func (s *Service) pulls() (job.Task, error) {
	p, err := s.Puller(s.settings.Outbound)
	if err != nil {
		return job.Task{}, err
	}
	return job.Task{
		Name: "pull.feeds", Every: pull.Sleep, Lease: 5 * time.Minute,
		Do: func(ctx context.Context, _ time.Time) error { return p.Turn(ctx, s.Current.Load().Feeds()) },
	}, nil
}

// PreviewPull returns a line for each change that a page of a feed would be
// taken as: the change, and what is wrong with it. Nobody is looked for.
func (a *App) PreviewPull(system string, f *pull.Feed, page []byte) ([]string, error) {
	author, err := a.author(system)
	if err != nil {
		return nil, err
	}
	changes, err := f.Preview(page)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, raw := range changes {
		word := "ok     "
		_, err := author.Read(raw)
		if err != nil {
			word = "refused"
		}
		line := word + " " + string(raw)
		for _, at := range errs.FieldsOf(err) {
			line += "\n        " + strings.TrimPrefix(at.ID, "error.") + " at " + at.Path
		}
		lines = append(lines, line)
	}
	return lines, nil
}
