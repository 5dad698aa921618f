package authz_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/authz"
	"livingprofile/internal/errs"
)

var now = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func TestPermissions(t *testing.T) {
	seen := make(map[authz.Permission]bool)
	for _, e := range authz.Permissions() {
		if seen[e.Permission] {
			t.Errorf("%s stands there twice", e.Permission)
		}
		seen[e.Permission] = true
		resource, verb, ok := strings.Cut(string(e.Permission), ":")
		if e.Permission != authz.Public && (!ok || resource == "" || verb == "") {
			t.Errorf("%s is not a resource and a verb", e.Permission)
		}
		if e.Description == "" || e.Holder == "" {
			t.Errorf("%s has no description or nobody has it", e.Permission)
		}
	}
	want := strings.Fields(`profile:read profile:write consent:read consent:write
		link:create import:write audience:read decision:ask event:read`)
	var got []string
	for _, s := range authz.Scopes() {
		got = append(got, string(s))
	}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("scopes (-got +want):\n%s", d)
	}
}

func key(change ...func(*authz.APIKey)) authz.APIKey {
	k := authz.APIKey{
		ID: "k", Name: "shop", Brand: "hibiki", System: "shop", Fields: []string{"email"},
		Scopes:    []authz.Permission{authz.ProfileRead, authz.ConsentWrite},
		CreatedAt: now.Add(-time.Hour), ExpiresAt: now.Add(time.Hour),
	}
	for _, f := range change {
		f(&k)
	}
	return k
}

// TestMay writes down the whole table: each caller at each permission.
func TestMay(t *testing.T) {
	k := key()
	all := key(func(k *authz.APIKey) { k.Brand, k.Scopes = authz.AllBrands, authz.Scopes() })
	expired := key(func(k *authz.APIKey) { k.ExpiresAt = now })
	signedIn := func(fresh time.Time) authz.Caller {
		return authz.Caller{Subject: "s", FreshUntil: fresh, Brand: "hibiki"}
	}
	callers := []struct {
		name   string
		caller authz.Caller
		may    []authz.Permission // beside Public
		refuse errs.Kind          // the rest
		stale  bool               // Fresh is refused as stale
	}{
		{"nobody", authz.Caller{Brand: "hibiki"}, nil, errs.Unauthenticated, false},
		{"subject", signedIn(time.Time{}), []authz.Permission{authz.SignedIn}, errs.Forbidden, true},
		{"subject_whose_proof_is_over", signedIn(now), []authz.Permission{authz.SignedIn}, errs.Forbidden, true},
		{"subject_with_fresh_proof", signedIn(now.Add(1)), []authz.Permission{authz.SignedIn, authz.Fresh}, errs.Forbidden, false},
		{"operator", authz.Caller{Operator: true}, []authz.Permission{authz.Operator}, errs.Forbidden, false},
		{"key", authz.Caller{Key: &k, Brand: "hibiki"}, k.Scopes, errs.Forbidden, false},
		{"key_of_all", authz.Caller{Key: &all, Brand: "hibiki"}, authz.Scopes(), errs.Forbidden, false},
		{"key_at_another_brand", authz.Caller{Key: &k, Brand: "other"}, nil, errs.Forbidden, false},
	}
	for _, c := range callers {
		t.Run(c.name, func(t *testing.T) {
			may := map[authz.Permission]bool{authz.Public: true}
			for _, p := range c.may {
				may[p] = true
			}
			for _, e := range authz.Permissions() {
				err := c.caller.May(e.Permission, now)
				want := c.refuse
				if e.Permission == authz.Fresh && c.stale {
					want = errs.Stale
				}
				if may[e.Permission] && err != nil {
					t.Errorf("%s: refused with %v", e.Permission, err)
				}
				if !may[e.Permission] && !errors.Is(err, want) {
					t.Errorf("%s: got %v, want %v", e.Permission, err, want)
				}
			}
			if err := c.caller.May("made:up", now); !errors.Is(err, errs.Forbidden) {
				t.Errorf("a permission that is in no table: got %v", err)
			}
		})
	}
	if err := (authz.Caller{Key: &expired, Brand: "hibiki"}).May(authz.ProfileRead, now); !errors.Is(err, errs.Unauthenticated) {
		t.Errorf("expired key: got %v, want unauthenticated", err)
	}
}
