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
		activity:read activity:write request:write automated:read automated:write link:create frame:create import:write audience:read audience:write
		decision:ask event:read change:write request:send`)
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

type caller struct {
	name   string
	caller authz.Caller
	may    []authz.Permission // beside Public
	refuse errs.Kind          // the rest
	stale  bool               // Fresh is refused as stale
}

// roles writes down what each role may, once more.
func roles() map[authz.Role][]authz.Permission {
	all := map[authz.Role][]authz.Permission{}
	for role, may := range map[authz.Role]string{
		authz.Administrator: "console:use figure:read purpose:read law:read ledger:read staff:read staff:manage apikey:read apikey:manage import:read import:make brand:read brand:manage system:read system:operate system:manage approval:read approval:give breach:read breach:open report:read",
		authz.DPO:           "console:use figure:read purpose:read purpose:manage ledger:read ledger:export person:read staff:read apikey:read law:read request:read request:assign request:create request:decide audience:view audience:manage audience:export person:join import:read brand:read system:read system:operate retention:read retention:manage conflict:decide approval:read approval:give breach:read breach:open breach:manage report:read request:show",
		authz.Reviewer:      "console:use figure:read purpose:read person:read law:read request:read request:assign request:create request:decide person:join conflict:decide",
		authz.Support:       "console:use figure:read purpose:read person:read law:read request:read request:create",
		authz.Auditor:       "console:use figure:read purpose:read law:read ledger:read ledger:export staff:read apikey:read audience:view import:read brand:read system:read retention:read approval:read breach:read report:read",
		authz.BrandManager:  "console:use figure:read purpose:read audience:view audience:manage brand:read brand:manage",
	} {
		for _, p := range strings.Fields(may) {
			all[role] = append(all[role], authz.Permission(p))
		}
	}
	return all
}

func TestRoles(t *testing.T) {
	if got, want := len(authz.Roles()), len(roles()); got != want {
		t.Errorf("got %d roles, want %d", got, want)
	}
	for _, r := range authz.Roles() {
		if r.Has(authz.PersonRead) && r.Has(authz.StaffManage) || r.Has(authz.PersonRead) && r.Has(authz.KeyManage) {
			t.Errorf("%s reads people and lets others in", r)
		}
		if r.NeedsBrands() && !r.MayBeLimited() {
			t.Errorf("%s needs brands that it cannot have", r)
		}
		if r.MayBeLimited() && (r.Has(authz.LedgerRead) || r.Has(authz.StaffRead) || r.Has(authz.KeyRead)) {
			t.Errorf("%s can be limited to brands, and sees what belongs to none", r)
		}
	}
	if authz.Role("").Valid() || authz.Role("owner").Valid() {
		t.Error("a role that there is not is valid")
	}
	for _, tt := range []struct {
		role      authz.Role
		category  string
		sensitive bool
		want      bool
	}{
		{authz.DPO, "training", true, true},
		{authz.Reviewer, "training", true, true},
		{authz.Support, "contact", false, true},
		{authz.Support, "contact", true, false},
		{authz.Support, "training", false, false},
		{authz.Administrator, "contact", false, false},
		{authz.Auditor, "contact", false, false},
		{authz.BrandManager, "contact", false, false},
	} {
		if got := tt.role.MaySee(tt.category, tt.sensitive); got != tt.want {
			t.Errorf("%s, %s, sensitive %v: got %v, want %v", tt.role, tt.category, tt.sensitive, got, tt.want)
		}
	}
	if got := authz.RolesWith(authz.SignedIn); got != nil {
		t.Errorf("got %v for what no role may", got)
	}
}

// TestMay writes down the whole table: each caller at each permission.
func TestMay(t *testing.T) {
	k := key()
	all := key(func(k *authz.APIKey) { k.Brand, k.Scopes = authz.AllBrands, authz.Scopes() })
	expired := key(func(k *authz.APIKey) { k.ExpiresAt = now })
	signedIn := func(fresh time.Time) authz.Caller {
		return authz.Caller{Subject: "s", FreshUntil: fresh, Brand: "hibiki"}
	}
	callers := []caller{
		{"nobody", authz.Caller{Brand: "hibiki"}, nil, errs.Unauthenticated, false},
		{"subject", signedIn(time.Time{}), []authz.Permission{authz.SignedIn}, errs.Forbidden, true},
		{"subject_whose_proof_is_over", signedIn(now), []authz.Permission{authz.SignedIn}, errs.Forbidden, true},
		{"subject_with_fresh_proof", signedIn(now.Add(1)), []authz.Permission{authz.SignedIn, authz.Fresh}, errs.Forbidden, false},
		{"operator", authz.Caller{Operator: true}, []authz.Permission{authz.Operator}, errs.Forbidden, false},
		{"key", authz.Caller{Key: &k, Brand: "hibiki"}, k.Scopes, errs.Forbidden, false},
		{"key_of_all", authz.Caller{Key: &all, Brand: "hibiki"}, authz.Scopes(), errs.Forbidden, false},
		{"key_at_another_brand", authz.Caller{Key: &k, Brand: "other"}, nil, errs.Forbidden, false},
		{"a_made_up_role", authz.Caller{Role: "owner"}, nil, errs.Forbidden, false},
	}
	for role, may := range roles() {
		callers = append(callers, caller{string(role), authz.Caller{Role: role}, may, errs.Forbidden, false})
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
