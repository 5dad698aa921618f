package decision

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/consent"
	"livingprofile/internal/profile"
	"livingprofile/internal/rights"
)

// agesOf are 16 years at hibiki and 13 at kawara; shop's law names no age.
func agesOf(zone *time.Location) *consent.Ages {
	rank := func(source string) int { return map[string]int{"crm": 1}[source] }
	return &consent.Ages{Field: "birthday", Category: "identity", Rank: rank, At: map[string]consent.Age{
		"hibiki": {Years: 16, Zone: zone}, "kawara": {Years: 13, Zone: zone},
	}}
}

// childhood is what is held of somebody of whom a system names a birthday.
func childhood(birthday string, said consent.Status, at time.Time) Facts {
	f := Facts{Consents: consent.State{{Purpose: "news"}: {Record: "r", Version: 1, Status: said, At: at}}}
	if birthday != "" {
		f.Profile.Claims = map[string][]profile.Claim{"birthday": {{Source: "crm", Value: birthday}}}
	}
	return f
}

func newsAt(brand string, zone *time.Location, at time.Time) Question {
	return Question{Purpose: &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Consent, Ages: agesOf(zone)}, Brand: brand, At: at}
}

func TestMay_of_a_child(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	yesterday := now.AddDate(0, 0, -1)
	minor := func(year int, month time.Month, d int, also ...Reason) Verdict {
		return Verdict{Reasons: append([]Reason{Minor}, also...), Until: time.Date(year, month, d, 0, 0, 0, 0, tokyo).UTC(), Record: "r"}
	}
	yes := Verdict{Allow: true, Reasons: []Reason{ByConsent}, Record: "r"}
	no := func(why Reason) Verdict { return Verdict{Reasons: []Reason{why}, Record: "r"} }
	for name, tt := range map[string]struct {
		birthday string
		said     consent.Status
		brand    string
		facts    func(*Facts)
		purpose  func(*consent.PurposeVersion)
		want     Verdict
	}{
		"a yes of a child":                    {"2012-05-04", consent.Given, "hibiki", nil, nil, minor(2028, 5, 4)},
		"at a brand of another law":           {"2012-05-04", consent.Given, "kawara", nil, nil, yes},
		"at a brand whose law names no age":   {"2012-05-04", consent.Given, "shop", nil, nil, yes},
		"at all brands, the strictest":        {"2012-05-04", consent.Given, "", nil, nil, minor(2028, 5, 4)},
		"born on a leap day":                  {"2012-02-29", consent.Given, "hibiki", nil, nil, minor(2028, 2, 29)},
		"born on a leap day, and there is no": {"2016-02-29", consent.Given, "kawara", nil, nil, minor(2029, 3, 1)},
		"nobody asked the child":              {"2012-05-04", consent.Unknown, "hibiki", nil, nil, minor(2028, 5, 4, NotAsked)},
		"a no of a child":                     {"2012-05-04", consent.Refused, "hibiki", nil, nil, no(Refused)},
		"a yes that a child took back":        {"2012-05-04", consent.Withdrawn, "hibiki", nil, nil, no(Withdrawn)},
		"who is of age":                       {"1980-05-04", consent.Given, "hibiki", nil, nil, yes},
		"a birthday that nobody knows":        {"", consent.Given, "hibiki", nil, nil, yes},
		"another basis than consent": {
			"2012-05-04", consent.Given, "hibiki", nil, func(v *consent.PurposeVersion) { v.Basis = consent.Contract },
			Verdict{Allow: true, Reasons: []Reason{ByBasis}, Record: "r"},
		},
		"no field of the birthday": {"2012-05-04", consent.Given, "hibiki", nil, func(v *consent.PurposeVersion) { v.Ages = nil }, yes},
		"another source says so, which counts less": {"1980-05-04", consent.Given, "hibiki", func(f *Facts) {
			f.Profile.Claims["birthday"] = append(f.Profile.Claims["birthday"], profile.Claim{Source: "a", Value: "2012-05-04"})
			f.Profile.Claims["birthday"][0].Origin = profile.Provided
			f.Profile.Claims["birthday"][0].At = now
			f.Profile.Claims["birthday"][0].Proved = true
		}, nil, yes},
		"a birthday that is frozen, and another source says so": {"1980-05-04", consent.Given, "hibiki", func(f *Facts) {
			f.Profile.Claims["birthday"] = append(f.Profile.Claims["birthday"], profile.Claim{Source: "shop", Value: "2012-05-04"})
			f.Freezes = rights.Freezes{{Scope: rights.FieldScope, Name: "birthday"}}
		}, nil, minor(2028, 5, 4)},
		"a change waits for staff": {"1980-05-04", consent.Given, "hibiki", func(f *Facts) {
			f.Profile.Proposals = map[string]profile.Proposal{"birthday": {Value: "2012-05-04"}}
		}, nil, minor(2028, 5, 4)},
		"a child says to be older, which waits": {"2012-05-04", consent.Given, "hibiki", func(f *Facts) {
			f.Profile.Proposals = map[string]profile.Proposal{"birthday": {Value: "1980-05-04"}}
		}, nil, minor(2028, 5, 4)},
		"a child takes the birthday away": {"2012-05-04", consent.Given, "hibiki", func(f *Facts) {
			f.Profile.Claims["birthday"] = append(f.Profile.Claims["birthday"], profile.Claim{Source: profile.SourceSubject, At: now})
		}, nil, minor(2028, 5, 4)},
	} {
		t.Run(name, func(t *testing.T) {
			f, q := childhood(tt.birthday, tt.said, yesterday), newsAt(tt.brand, tokyo, now)
			if tt.facts != nil {
				tt.facts(&f)
			}
			if tt.purpose != nil {
				tt.purpose(q.Purpose)
			}
			if d := cmp.Diff(May(f, q), tt.want); d != "" {
				t.Errorf("(-got +want):\n%s", d)
			}
			k, err := NewIndex(&shelf{facts: f}, 0).Look(t.Context(), somebody, NewAsking(q, "crm", 1))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := k.May(NewAsking(q, "crm", 1)); !cmp.Equal(got, tt.want) {
				t.Errorf("from memory: %s", cmp.Diff(got, tt.want))
			}
			if from := OfAge(f, q); (tt.want.Reasons[0] == Minor) != !from.IsZero() && tt.said.Valid() {
				t.Errorf("of age from %v", from)
			}
		})
	}
}

// TestMay_comes_of_age: no yes from before the day counts, on no side of
// it; from midnight of the day, where the brand is, the person's yes counts.
func TestMay_comes_of_age(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Africa/Cairo"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		born := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 10_000).Draw(t, "born"))
		said := born.AddDate(16, 0, rapid.IntRange(-3, 3).Draw(t, "said")).Add(time.Duration(rapid.IntRange(0, 86_399).Draw(t, "when")) * time.Second)
		at := said.Add(time.Duration(rapid.IntRange(0, 5*86_400).Draw(t, "later")) * time.Second)

		// As a person counts: the day of the month has come, in the 16th year.
		child := func(at time.Time) bool {
			here := at.In(zone)
			years := here.Year() - born.Year()
			if here.Month() < born.Month() || here.Month() == born.Month() && here.Day() < born.Day() {
				years--
			}
			return years < 16
		}
		got := May(childhood(born.Format(time.DateOnly), consent.Given, said), newsAt("hibiki", zone, at))
		want := ByConsent
		switch {
		case child(at):
			want = Minor
		case child(said):
			want = NotAsked
		}
		if got.Reasons[0] != want || got.Allow != (want == ByConsent) {
			t.Fatalf("born %s, said %v, at %v: got %+v, want %s", born.Format(time.DateOnly), said.In(zone), at.In(zone), got, want)
		}
		if want == Minor && (child(got.Until) || !child(got.Until.Add(-time.Second))) {
			t.Fatalf("born %s: until %v", born.Format(time.DateOnly), got.Until.In(zone))
		}
	})
}

// TestIndexFollowsTheLaw: what another declaration makes of a birthday is read
// anew, and a question about no consent reads nothing.
func TestIndexFollowsTheLaw(t *testing.T) {
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	book := &shelf{facts: childhood("2012-05-04", consent.Given, now)}
	x := NewIndex(book, 0)
	look := func(q Question) Reason {
		t.Helper()
		a := NewAsking(q, "crm", 1)
		k, err := x.Look(t.Context(), somebody, a)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := k.May(a)
		return v.Reasons[0]
	}
	young := newsAt("hibiki", time.UTC, now)
	for range 2 {
		if got := look(young); got != Minor {
			t.Errorf("got %s", got)
		}
	}
	free := young
	free.Purpose = &consent.PurposeVersion{Purpose: "news", Number: 1, Basis: consent.Contract}
	if got := look(free); got != ByBasis || book.reads != 1 {
		t.Errorf("got %s after %d readings", got, book.reads)
	}
	elsewhere := newsAt("hibiki", time.UTC, now)
	elsewhere.Purpose.Ages.Field = "founded"
	if got := look(elsewhere); got != ByConsent || book.reads != 2 {
		t.Errorf("got %s after %d readings", got, book.reads)
	}
}
