package authz_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/authz"
	"livingprofile/internal/authz/authztest"
	"livingprofile/internal/clock"
	"livingprofile/internal/errs"
)

func TestAllows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*authz.APIKey)
		scope  authz.Permission
		brand  string
		want   errs.Kind
	}{
		{"scope_and_brand", nil, authz.ProfileRead, "hibiki", ""},
		{"another_scope", nil, authz.ProfileWrite, "hibiki", errs.Forbidden},
		{"another_brand", nil, authz.ProfileRead, "other", errs.Forbidden},
		{"no_brand", nil, authz.ProfileRead, "", errs.Forbidden},
		{"any_brand", func(k *authz.APIKey) { k.Brand = authz.AllBrands }, authz.ProfileRead, "other", ""},
		{"any_brand_at_none", func(k *authz.APIKey) { k.Brand = authz.AllBrands }, authz.ProfileRead, "", ""},
		{"a_key_without_brand", func(k *authz.APIKey) { k.Brand = "" }, authz.ProfileRead, "", errs.Forbidden},
		{"a_star_is_no_brand_to_ask_for", nil, authz.ProfileRead, authz.AllBrands, errs.Forbidden},
		{"expired", func(k *authz.APIKey) { k.ExpiresAt = now }, authz.ProfileRead, "hibiki", errs.Unauthenticated},
		{"without_expiry", func(k *authz.APIKey) { k.ExpiresAt = time.Time{} }, authz.ProfileRead, "hibiki", errs.Unauthenticated},
		{"revoked", func(k *authz.APIKey) { k.RevokedAt = now.Add(time.Hour) }, authz.ProfileRead, "hibiki", errs.Unauthenticated},
		{
			"a_scope_that_is_none",
			func(k *authz.APIKey) { k.Scopes = []authz.Permission{authz.Operator, "x"} },
			authz.Operator, "hibiki", errs.Forbidden,
		},
		{"nothing_asked", nil, "", "hibiki", errs.Forbidden},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := key()
			if tt.change != nil {
				tt.change(&k)
			}
			if got := errs.KindOf(k.Allows(tt.scope, tt.brand, now)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMayField(t *testing.T) {
	all := key(func(k *authz.APIKey) { k.Fields = []string{authz.AllFields} })
	none := key(func(k *authz.APIKey) { k.Fields = nil })
	for _, tt := range []struct {
		key   authz.APIKey
		field string
		want  bool
	}{
		{key(), "email", true},
		{key(), "phone", false},
		{key(), "*", false},
		{key(), "", false},
		{all, "phone", true},
		{all, "", false},
		{none, "email", false},
	} {
		if got := tt.key.MayField(tt.field); got != tt.want {
			t.Errorf("%v at %q: got %v, want %v", tt.key.Fields, tt.field, got, tt.want)
		}
	}
}

type hashes struct{}

func (hashes) Digest(domain string, secret []byte) []byte {
	h := sha256.Sum256([]byte(domain + "/" + string(secret)))
	return h[:]
}

type keyKit struct {
	store *authztest.Memory
	clock *clock.Fake
	keys  *authz.Keys
}

func newKeyKit() keyKit {
	k := keyKit{store: authztest.NewMemory(), clock: clock.NewFake(now)}
	k.keys = authz.NewKeys(k.store, hashes{}, k.clock)
	return k
}

func (k keyKit) make(t *testing.T) (authz.APIKey, string) {
	t.Helper()
	made, text, err := k.keys.Make(t.Context(), key())
	if err != nil {
		t.Fatal(err)
	}
	return made, text
}

func TestAuthenticate(t *testing.T) {
	k := newKeyKit()
	ctx := t.Context()
	made, text := k.make(t)
	_, other := k.make(t)
	got, err := k.keys.Authenticate(ctx, text)
	if err != nil || got.ID != made.ID {
		t.Fatalf("got %v, %v; want %v", got.ID, err, made.ID)
	}
	if strings.Contains(string(got.Hash), text[len(text)-43:]) {
		t.Error("the secret is kept in clear")
	}
	stored, _ := k.store.Key(ctx, made.ID)
	if !stored.LastUsedAt.Equal(now) {
		t.Errorf("last used %v, want %v", stored.LastUsedAt, now)
	}
	for name, text := range map[string]string{
		"nothing":               "",
		"no key":                "Bearer",
		"another key's secret":  text[:len(text)-43] + other[len(other)-43:],
		"an id of none":         strings.Replace(text, string(made.ID), "00000000000000000000000000", 1),
		"a longer text":         text + "A",
		"a secret with padding": text + "=",
	} {
		if _, err := k.keys.Authenticate(ctx, text); !errors.Is(err, errs.Unauthenticated) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := k.keys.Revoke(ctx, made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.keys.Authenticate(ctx, text); !errors.Is(err, errs.Unauthenticated) {
		t.Errorf("revoked: got %v", err)
	}
	k.clock.Advance(time.Hour)
	if _, err := k.keys.Authenticate(ctx, other); !errors.Is(err, errs.Unauthenticated) {
		t.Errorf("expired: got %v", err)
	}
}

func TestUseIsNotedRarely(t *testing.T) {
	k := newKeyKit()
	made, text := k.make(t)
	for _, tt := range []struct {
		after time.Duration
		want  time.Time
	}{{0, now}, {time.Minute - 1000, now}, {1000, now.Add(time.Minute)}} {
		k.clock.Advance(tt.after)
		if _, err := k.keys.Authenticate(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		if stored, _ := k.store.Key(t.Context(), made.ID); !stored.LastUsedAt.Equal(tt.want) {
			t.Errorf("at %v: last used %v, want %v", k.clock.Now(), stored.LastUsedAt, tt.want)
		}
	}
}

func TestReplaceOverlaps(t *testing.T) {
	k := newKeyKit()
	ctx := t.Context()
	old, oldText := k.make(t)
	next, text, err := k.keys.Replace(ctx, old.ID, now.Add(48*time.Hour), 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID == old.ID || next.Brand != old.Brand || len(next.Scopes) != len(old.Scopes) {
		t.Errorf("replaced by %+v", next)
	}
	both := func(oldWorks bool) {
		t.Helper()
		if _, err := k.keys.Authenticate(ctx, text); err != nil {
			t.Errorf("new key: %v", err)
		}
		if _, err := k.keys.Authenticate(ctx, oldText); (err == nil) != oldWorks {
			t.Errorf("old key: %v, works should be %v", err, oldWorks)
		}
	}
	both(true)
	k.clock.Advance(10 * time.Minute)
	both(false)
	if _, _, err := k.keys.Replace(ctx, old.ID, now.Add(48*time.Hour), 0); !errors.Is(err, errs.Gone) {
		t.Errorf("replace of an ended key: got %v", err)
	}
}

func TestMakeRefuses(t *testing.T) {
	k := newKeyKit()
	for field, change := range map[string]func(*authz.APIKey){
		"name":       func(k *authz.APIKey) { k.Name = " " },
		"system":     func(k *authz.APIKey) { k.System = "" },
		"brand":      func(k *authz.APIKey) { k.Brand = "" },
		"scopes":     func(k *authz.APIKey) { k.Scopes = append(k.Scopes, authz.Fresh) },
		"expires_at": func(k *authz.APIKey) { k.ExpiresAt = time.Time{} },
	} {
		_, _, err := k.keys.Make(t.Context(), key(change))
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	tooLong := key(func(k *authz.APIKey) { k.ExpiresAt = now.Add(authz.MaxKeyLife + 1) })
	if _, _, err := k.keys.Make(t.Context(), tooLong); !errors.Is(err, errs.Invalid) {
		t.Errorf("a key for ever: got %v", err)
	}
	if all, _ := k.keys.List(t.Context(), authz.AllBrands); len(all) != 0 {
		t.Errorf("%d keys were made", len(all))
	}
}

func TestMemory(t *testing.T) {
	authztest.Run(t, func(*testing.T) authz.KeyStore { return authztest.NewMemory() })
}

func FuzzParseKey(f *testing.F) {
	_, text, err := newKeyKit().keys.Make(f.Context(), key())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("lp__")
	f.Add("lp_00000000000000000000000000_")
	f.Add(text + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		name, sec, err := authz.ParseKey(text)
		if err != nil {
			if !errors.Is(err, errs.Unauthenticated) || name != "" || sec != "" {
				t.Errorf("refused with %v, %q, %q", err, name, sec)
			}
			return
		}
		if text != "lp_"+string(name)+"_"+sec || len(sec) != 43 {
			t.Errorf("%q is read as %q and %q", text, name, sec)
		}
	})
}
