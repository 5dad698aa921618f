package authz

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"livingprofile/internal/errs"
	"livingprofile/internal/id"
	"livingprofile/internal/secret"
)

// KeyID names an API key. It is part of the key's text, and may be shown.
type KeyID string

// AllBrands and AllFields in an APIKey stand for all there are. An empty value
// stands for none.
const (
	AllBrands = "*"
	AllFields = "*"
)

// An APIKey is what a connected system may do with us.
type APIKey struct {
	ID         KeyID
	Hash       []byte // keyed digest of the secret
	Name       string // given by whoever made it
	Brand      string // the one brand it is for, or AllBrands
	System     string // whose key it is
	Scopes     []Permission
	Fields     []string // profile fields it may read and write, or AllFields
	CreatedAt  time.Time
	ExpiresAt  time.Time // never zero: every key ends (ASVS 13.2.1)
	RevokedAt  time.Time // zero while it is not
	LastUsedAt time.Time // to within a minute; zero before the first use
}

// Alive returns nil while the key may be used at all, errs.Unauthenticated
// after.
func (k APIKey) Alive(now time.Time) error {
	if !k.RevokedAt.IsZero() || !now.Before(k.ExpiresAt) {
		return errs.New(errs.Unauthenticated, "error.key_ended")
	}
	return nil
}

// Allows returns nil if the key may be used for the scope at the brand, else
// errs.Unauthenticated for a key that has ended and errs.Forbidden. An empty
// brand stands for what belongs to no brand, which takes a key for all.
func (k APIKey) Allows(scope Permission, brand string, now time.Time) error {
	if err := k.Alive(now); err != nil {
		return err
	}
	if !isScope(scope) || !slices.Contains(k.Scopes, scope) {
		return errs.New(errs.Forbidden, "error.scope_missing", "scope", string(scope))
	}
	if k.Brand != AllBrands && (k.Brand == "" || k.Brand != brand) {
		return errs.New(errs.Forbidden, "error.other_brand")
	}
	return nil
}

// MayField tells whether the key may read or write the profile field; the scope
// says which of the two.
func (k APIKey) MayField(name string) bool {
	return name != "" && (slices.Contains(k.Fields, AllFields) || slices.Contains(k.Fields, name))
}

// MaxKeyLife is the longest that a key may live.
const MaxKeyLife = 2 * 366 * 24 * time.Hour

// Validate returns errs.Invalid that names each field which is wrong, for a key
// about to be made at now.
func (k APIKey) Validate(now time.Time) error {
	var bad []errs.Field
	if strings.TrimSpace(k.Name) == "" {
		bad = append(bad, errs.At("name", "error.required"))
	}
	if k.System == "" {
		bad = append(bad, errs.At("system", "error.required"))
	}
	if k.Brand == "" {
		bad = append(bad, errs.At("brand", "error.required"))
	}
	if len(k.Scopes) == 0 {
		bad = append(bad, errs.At("scopes", "error.required"))
	}
	for _, s := range k.Scopes {
		if !isScope(s) {
			bad = append(bad, errs.At("scopes", "error.not_a_choice"))
			break
		}
	}
	if !k.ExpiresAt.After(now) || k.ExpiresAt.After(now.Add(MaxKeyLife)) {
		bad = append(bad, errs.At("expires_at", "error.out_of_range"))
	}
	return errs.InvalidFields(bad...)
}

// prefix opens the text of every key, so that scanners for leaked secrets know
// one when they see it.
const prefix = "lp_"

// ParseKey reads a key's text, lp_<id>_<secret>. It says nothing about whether
// there is such a key. The error is errs.Unauthenticated and holds nothing of
// the text.
func ParseKey(text string) (KeyID, string, error) {
	bad := errs.New(errs.Unauthenticated, "error.key_unknown")
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(text) > 100 {
		return "", "", bad
	}
	name, sec, ok := strings.Cut(rest, "_")
	if !ok || len(name) != 26 || !id.Valid(name) || formatKey(KeyID(name), sec) != text {
		return "", "", bad
	}
	b, err := base64.RawURLEncoding.DecodeString(sec)
	if err != nil || len(b) != 32 || base64.RawURLEncoding.EncodeToString(b) != sec {
		return "", "", bad
	}
	return KeyID(name), sec, nil
}

func formatKey(id KeyID, sec string) string { return prefix + string(id) + "_" + sec }

// newKey gives k an id and a secret, and returns it with its text.
func newKey(d Digester, k APIKey, now time.Time) (APIKey, string) {
	sec := secret.Token()
	k.ID, k.CreatedAt = KeyID(id.New()), now
	k.Hash = d.Digest(keyDomain, []byte(sec))
	k.RevokedAt, k.LastUsedAt = time.Time{}, time.Time{}
	return k, formatKey(k.ID, sec)
}
