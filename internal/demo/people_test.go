package demo_test

import (
	"encoding/csv"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"livingprofile/internal/demo"
	"livingprofile/internal/identity"
	"livingprofile/internal/profile"
)

func TestPeople_are_the_same_every_time(t *testing.T) {
	first := demo.People(7, 60, noon)
	if diff := cmp.Diff(demo.People(7, 60, noon.Add(11*time.Hour)), first); diff != "" {
		t.Errorf("the same seed and day gave others (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(demo.At(7, 41, noon), first[41]); diff != "" {
		t.Errorf("number 41 alone is another (-got +want):\n%s", diff)
	}
	if cmp.Equal(demo.People(8, 60, noon), first) {
		t.Error("another seed gave the same people")
	}
}

func TestPeople_begin_with_the_three(t *testing.T) {
	people := demo.People(1, 3, noon)
	var got []string
	for _, p := range people {
		got = append(got, p.Locale+" "+p.Given+" "+p.Family+" "+p.Email)
		if len(p.Systems()) != len(demo.Sources) {
			t.Errorf("%s is known to %v, want all of %v", p.Email, p.Systems(), demo.Sources)
		}
	}
	want := []string{
		"ja 愛子 田中 aiko.tanaka@example.com",
		"en Thomas Weber thomas.weber@example.org",
		"ar ليلى حداد layla.haddad@example.net",
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("the three (-got +want):\n%s", diff)
	}
}

func TestPeople_cannot_be_reached(t *testing.T) {
	seen := map[string]int{}
	for _, p := range demo.People(3, 3000, noon) {
		if other, ok := seen[p.Email]; ok {
			t.Errorf("%d and %d share %s", other, p.Index, p.Email)
		}
		seen[p.Email] = p.Index
		if normal, err := identity.Normalise(identity.Email, p.Email, ""); err != nil || normal != p.Email {
			t.Errorf("%d: %q normalises to %q, %v", p.Index, p.Email, normal, err)
		}
		_, domain, _ := strings.Cut(p.Email, "@")
		if !strings.HasSuffix(domain, ".example") && domain != "example.com" && domain != "example.org" && domain != "example.net" {
			t.Errorf("%d: %s is not in a domain kept for examples (RFC 2606)", p.Index, p.Email)
		}
		if normal, err := identity.Normalise(identity.Phone, p.Phone, ""); err != nil || normal != p.Phone {
			t.Errorf("%d: %q normalises to %q, %v", p.Index, p.Phone, normal, err)
		}
		if len(p.Systems()) == 0 {
			t.Errorf("%d is known to no system", p.Index)
		}
	}
}

func TestPeople_differ(t *testing.T) {
	names, countries := map[string]bool{}, map[string]int{}
	people := demo.People(3, 300, noon)
	for _, p := range people {
		names[p.Given+" "+p.Family] = true
		countries[p.Country]++
	}
	if len(names) < 200 {
		t.Errorf("got %d names among %d people", len(names), len(people))
	}
	for _, c := range []string{"JP", "EG", "AE", "JO", "DE", "FR", "BR", "GB", "US"} {
		if countries[c] == 0 {
			t.Errorf("nobody lives in %s", c)
		}
	}
}

// Numbers are what people are recognised by: the fourth person once had those of
// the third, and became one with her.
func TestPeople_have_numbers_of_their_own(t *testing.T) {
	seen := map[string]int{}
	for _, p := range demo.People(3, 500, noon) {
		var numbers []string
		if p.CRM != nil {
			numbers = append(numbers, p.CRM.Number)
		}
		if p.Machines != nil {
			numbers = append(numbers, p.Machines.Number)
		}
		if p.Support != nil {
			numbers = append(numbers, p.Support.Number)
		}
		if p.Media != nil {
			numbers = append(numbers, p.Media.Number)
		}
		for _, n := range numbers {
			if other, ok := seen[n]; ok {
				t.Errorf("%d and %d share %s", other, p.Index, n)
			}
			seen[n] = p.Index
		}
	}
}

// The values of people are those that the organisation declares.
func TestPeople_fit_the_organisation(t *testing.T) {
	o := declared(t)
	check := func(field, value string) {
		t.Helper()
		if value == "" {
			return
		}
		f, ok := o.Field(field)
		if !ok {
			t.Fatalf("no field %s", field)
		}
		if _, err := profile.Canonical(f, value, "JP"); err != nil {
			t.Errorf("%s: %q: %v", field, value, err)
		}
	}
	for _, p := range demo.People(5, 400, noon) {
		check("main-instrument", p.Instrument)
		check("interests", strings.Join(p.Interests, "\n"))
		if p.CRM != nil {
			check("skill-level", p.CRM.Skill)
		}
		if p.Machines != nil {
			check("membership", p.Machines.Membership)
			check("training-goal", p.Machines.Goal)
		}
		if p.Support != nil {
			check("question-topic", p.Support.Topic)
		}
		if p.Media != nil {
			check("reader-plan", p.Media.Plan)
			check("favourite-section", p.Media.Section)
		}
		for _, c := range demo.Corrections(&p, noon) {
			check(c.Field, c.Value)
		}
	}
}

func TestFiles(t *testing.T) {
	people := demo.People(2, 200, noon)
	dir, again := t.TempDir(), t.TempDir()
	files, err := demo.Files(people, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Files(people, again); err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		if f.System != demo.Sources[i] {
			t.Errorf("file %d is of %s, want %s", i, f.System, demo.Sources[i])
		}
		rows := read(t, f.Path)
		if diff := cmp.Diff(rows[0], demo.Columns(f.System)); diff != "" {
			t.Errorf("%s: header (-got +want):\n%s", f.System, diff)
		}
		if len(rows)-1 != f.Rows {
			t.Errorf("%s: got %d rows, want %d", f.System, len(rows)-1, f.Rows)
		}
		var bad, short int
		for _, row := range rows[1:] {
			line := strings.Join(row, "|")
			if strings.Contains(strings.ToLower(line), "bad") {
				bad++
			}
			if len(row) != len(rows[0]) {
				short++
			}
		}
		if bad != f.Bad || short != 1 {
			t.Errorf("%s: got %d bad rows and %d short ones, want %d and 1", f.System, bad, short, f.Bad)
		}
		first, err := os.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(filepath.Join(again, filepath.Base(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if string(second) != string(first) {
			t.Errorf("%s: the same people gave other bytes", f.System)
		}
	}
}

func TestFiles_without_people_have_the_bad_rows_only(t *testing.T) {
	files, err := demo.Files(nil, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if got := len(read(t, f.Path)) - 1; got != f.Bad {
			t.Errorf("%s: got %d rows, want %d", f.System, got, f.Bad)
		}
	}
}

// Systems are to disagree about the same person, or there is nothing to decide
// between them.
func TestFiles_disagree(t *testing.T) {
	p := demo.At(1, 0, noon)
	if p.CRM.Phone == p.Shop.Phone {
		t.Errorf("customer desk and shop agree on the phone of %s", p.Email)
	}
	if strings.Contains(p.Support.Address, p.Home.Street) {
		t.Errorf("the support desk has the newest address of %s", p.Email)
	}
}

func TestFiles_addresses_are_kept_for_documentation(t *testing.T) {
	files, err := demo.Files(demo.People(2, 300, noon), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	kept := netip.MustParsePrefix("192.0.2.0/24")
	for _, f := range files {
		if f.System != demo.Newsletter {
			continue
		}
		for _, row := range read(t, f.Path)[1:] {
			if len(row) < 9 {
				continue
			}
			if a, err := netip.ParseAddr(row[8]); err != nil || !kept.Contains(a) {
				t.Errorf("OPTIN_IP %q is not in %s (RFC 5737)", row[8], kept)
			}
		}
	}
}

func read(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
