package wire

import (
	"context"

	"livingprofile/internal/errs"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
	"livingprofile/internal/outbound"
	"livingprofile/internal/pull"
)

// KindFeedFetched is the entry of a page of a feed that staff looked at.
const KindFeedFetched ledger.Kind = "feed.fetched"

// A feedDesk is where staff look after the feeds of systems.
type feedDesk struct {
	*App
	door *outbound.Door
}

// Glance returns what a page would be taken as, without what it says of anybody.
func (d *feedDesk) Glance(system string, f *pull.Feed, page []byte) ([]inbound.Glance, error) {
	author, err := d.author(system)
	if err != nil {
		return nil, err
	}
	changes, err := f.Preview(page)
	if err != nil {
		return nil, err
	}
	var all []inbound.Glance
	for _, raw := range changes {
		all = append(all, author.Glance(raw))
	}
	return all, nil
}

// Fetch returns the first page of a feed, as it is now. What is wrong with the
// feed is a pull.Stop.
func (d *feedDesk) Fetch(ctx context.Context, by ledger.Actor, system string, f *pull.Feed) ([]byte, error) {
	p := &pull.Puller{Deps: pull.Deps{Door: d.door, Clock: d.Clock, Secret: d.secretFile, Log: d.Log}}
	body, err := p.Fetch(ctx, f)
	cause := ""
	if s, is := pull.Cause(err); is {
		cause = s
	} else if err != nil {
		return nil, err
	}
	_, noted := d.DB.Commit(ctx, ledger.Change{At: d.Clock.Now(), Actor: by, Entries: []ledger.Draft{{
		Kind: KindFeedFetched, Payload: map[string]string{"system": system, "url": f.URL, "cause": cause},
	}}})
	if noted != nil {
		return nil, noted
	}
	return body, err
}

// SaveFeed has the feed of a system read in another way from now on, as if it
// had been declared so. It is errs.Conflict when something else was declared
// since revision.
func (d *feedDesk) SaveFeed(ctx context.Context, by ledger.Actor, system string, f *pull.Feed, revision int64) error {
	if err := d.Current.Refresh(ctx); err != nil {
		return err
	}
	now := d.Current.Load()
	if now.Revision != revision {
		return errs.New(errs.Conflict, "error.conflict")
	}
	plan := now.WithFeed(system, f, d.Clock.Now())
	if plan.Empty() {
		return nil
	}
	err := d.DB.Declare(ctx, plan.Next, ledger.Change{
		At: d.Clock.Now(), Actor: by,
		Entries: []ledger.Draft{{Kind: "organisation.declared", Payload: map[string]any{"revision": plan.Next.Revision, "steps": plan.Steps}}},
	})
	if err != nil {
		return err
	}
	return d.Current.Refresh(ctx)
}
