package logintest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"sync"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/login"
)

// Directory knows the subjects it was told of. It is safe for concurrent use.
type Directory struct {
	mu       sync.Mutex
	accounts map[string]login.Account
	closed   map[string]bool // brands where nobody may register
}

// NewDirectory returns a directory of nobody.
func NewDirectory() *Directory {
	return &Directory{accounts: make(map[string]login.Account), closed: make(map[string]bool)}
}

var _ login.Directory = (*Directory)(nil)

// Add makes address, normalised, a verified identifier of a new subject.
func (d *Directory) Add(address, locale string) id.Subject {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := login.Account{Subject: id.Subject(id.New()), Locale: locale}
	d.accounts[address] = a
	return a.Subject
}

// Drop makes address nobody's.
func (d *Directory) Drop(address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.accounts, address)
}

// CloseBrand lets nobody register at brand any more.
func (d *Directory) CloseBrand(brand string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed[brand] = true
}

// Holder is login.Directory.Holder.
func (d *Directory) Holder(_ context.Context, address string) (login.Account, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, ok := d.accounts[address]
	if !ok {
		return login.Account{}, errs.New(errs.NotFound, "")
	}
	return a, nil
}

// MayRegister is login.Directory.MayRegister.
func (d *Directory) MayRegister(_ context.Context, brand string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.closed[brand], nil
}

// Register is login.Directory.Register.
func (d *Directory) Register(_ context.Context, r login.Registration) (id.Subject, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed[r.Brand] {
		return "", errs.New(errs.Forbidden, "error.no_registration")
	}
	a, ok := d.accounts[r.Address]
	if !ok {
		a = login.Account{Subject: id.Subject(id.New()), Locale: r.Locale}
		d.accounts[r.Address] = a
	}
	return a.Subject, nil
}

// Keys are keyed hashes under a key that everybody knows.
type Keys struct{}

var _ login.Keys = Keys{}

// Digest is login.Keys.Digest.
func (Keys) Digest(domain string, secret []byte) []byte {
	h := hmac.New(sha256.New, []byte("logintest"))
	fmt.Fprintf(h, "%d %s %s", len(domain), domain, secret)
	return h.Sum(nil)
}

// Blind is login.Keys.Blind.
func (k Keys) Blind(kind, scope, normalised string) [32]byte {
	return [32]byte(k.Digest("blind", fmt.Appendf(nil, "%q %q %q", kind, scope, normalised)))
}
