package wire

import (
	"context"
	"encoding/json"

	"livingprofile/internal/connector"
	"livingprofile/internal/errs"
	"livingprofile/internal/folder"
	"livingprofile/internal/hook"
	"livingprofile/internal/outbound"
)

// A speaker speaks to the systems of the newest declaration.
type speaker struct {
	app *App
	connector.Speaker
}

func (a *App) speaker(door *outbound.Door) *speaker {
	return &speaker{a, connector.Speaker{
		Door: door, Secret: a.secretFile, Learn: a.learn, Folders: folder.Root(a.settings.ExchangePath()),
	}}
}

// learn notes by which number a system knows somebody, as its word.
func (a *App) learn(ctx context.Context, system, cause, name, number string) error {
	told, err := json.Marshal(map[string]any{
		"id": "learn/" + name + "/" + number, "subject": name, "identifier": map[string]string{"kind": "customer", "value": number},
	})
	if err == nil {
		_, err = a.answered(ctx, hook.Brought{
			System: system, Endpoint: system + "/" + connector.Endpoint, Entry: cause, Changes: []json.RawMessage{told},
		})
	}
	return err
}

func (s *speaker) link(system string) (*connector.Link, error) {
	declared, ok := s.app.Current.Load().System(system)
	if !ok || declared.Connector == nil {
		return nil, errs.NotFound
	}
	return declared.Connector, nil
}

// carry tells a target what holds of somebody.
func (s *speaker) carry(ctx context.Context, t *hook.Target, p hook.Parcel) hook.Reply {
	l, err := s.link(t.System)
	if err != nil {
		return hook.Reply{Cause: "no_connector"}
	}
	return s.Carry(ctx, l, p)
}

// check asks a target whether address and key are right.
func (s *speaker) check(ctx context.Context, t *hook.Target) (hook.Reply, error) {
	l, err := s.link(t.System)
	if err != nil {
		return hook.Reply{}, err
	}
	return s.Check(ctx, t.System, l), nil
}

// login signs the questions to a system in.
func (s *speaker) login(ctx context.Context, system string) (map[string]string, error) {
	l, err := s.link(system)
	if err != nil {
		return nil, err
	}
	return s.Login(ctx, l)
}
