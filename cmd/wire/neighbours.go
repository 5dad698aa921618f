package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"livingprofile/internal/authz"
	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/ledger"
	"livingprofile/internal/secret"
)

// Connect has the demo's newsletter tool told at an address, and returns the
// secret that it verifies with.
func (a *App) Connect(ctx context.Context, newsletter string) (hook.Secret, error) {
	all, err := a.ConnectAll(ctx, demo.Neighbours{Newsletter: newsletter})
	return all[demo.Newsletter], err
}

// ConnectAll has the demo's systems told where they are, and returns the secrets
// that they verify with, by system.
func (a *App) ConnectAll(ctx context.Context, n demo.Neighbours) (map[string]hook.Secret, error) {
	actor := ledger.Actor{Kind: ledger.ByProgram, ID: "demo"}
	draft, err := demo.Connected(n)
	if err != nil {
		return nil, err
	}
	there := func(t hook.Target) bool {
		return slices.ContainsFunc(a.Current.Load().Targets(), func(o hook.Target) bool { return o.ID == t.ID && o.URL == t.URL })
	}
	targets := draft.Declared.Targets()
	if slices.ContainsFunc(targets, func(t hook.Target) bool { return !there(t) }) {
		if _, err := a.Declare(ctx, Declaration{Draft: draft, Actor: actor}); err != nil {
			return nil, err
		}
	}
	all := map[string]hook.Secret{}
	for _, t := range targets {
		s, now := hook.NewSecret(), a.Clock.Now()
		if err := a.DB.AddSecret(ctx, t.ID, s, now, actor, now); err != nil {
			return nil, err
		}
		all[t.System] = s
	}
	return all, nil
}

// FeedKey returns the key by which a feed is read, a file beside the master key,
// and makes one where there is none.
func (a *App) FeedKey(name string) (string, error) {
	key, err := a.secretFile(name)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	folder := filepath.Join(a.settings.folder(), "secrets")
	const mine, file = 0o700, 0o600
	if err := os.MkdirAll(folder, mine); err != nil {
		return "", err
	}
	key = secret.Token()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(key), file); err != nil {
		return "", fmt.Errorf("key of a feed: %w", err)
	}
	return key, nil
}

// GatewayKey makes the key by which the club's machines tell of sessions, for as
// long as a demo runs.
func (a *App) GatewayKey(ctx context.Context) (string, error) {
	_, key, err := a.Keys().Make(ctx, authz.APIKey{
		Name: "the club's gateway", System: demo.Machines, Brand: authz.AllBrands, Fields: []string{"training-session"},
		Scopes: []authz.Permission{authz.ProfileRead, authz.ActivityWrite}, ExpiresAt: a.Clock.Now().AddDate(0, 0, 30),
	})
	return key, err
}
