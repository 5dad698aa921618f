package scim_test

import (
	"encoding/json"
	"strings"
	"testing"

	"livingprofile/internal/profile"
	"livingprofile/internal/scim"
)

func fields() []*profile.Field {
	var all []*profile.Field
	for _, f := range []profile.Field{
		{Name: "given-name", Type: profile.TypeText, Card: profile.CardGiven},
		{Name: "family-name", Type: profile.TypeText, Card: profile.CardFamily},
		{Name: "email", Type: profile.TypeEmail, Card: profile.CardEmail},
		{Name: "street", Type: profile.TypeLines, Card: profile.CardStreet},
		{Name: "city", Type: profile.TypeText, Card: profile.CardCity},
		{Name: "instrument", Type: profile.TypeChoice},
		{Name: "interests", Type: profile.TypeChoices},
		{Name: "exempt", Type: profile.TypeYesNo},
		{Name: "withheld", Type: profile.TypeText},
	} {
		all = append(all, &f)
	}
	return all
}

func document(t testing.TB, text string) scim.Document {
	t.Helper()
	var d scim.Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

const mika = `{
	"id": "v80", "userName": "Mika", "externalId": "C-1", "active": true,
	"name": {"givenName": "Mika", "familyName": "O'Neill \"M\""},
	"emails": [{"value": "Mika@example.com", "type": "work", "primary": true}],
	"meta": {"lastModified": "2026-11-22T10:00:00.000Z"},
	"urn:livingprofile:scim:2.0:Profile": {"instrument": "violin", "interests": ["jazz", "opera"], "exempt": false}
}`

func TestFilter(t *testing.T) {
	form, d := scim.NewForm(fields()), document(t, mika)
	for text, want := range map[string]bool{
		``:                                    true,
		`userName eq "mika"`:                  true,
		`USERNAME EQ "MIKA"`:                  true,
		`userName eq "mik"`:                   false,
		`externalId eq "c-1"`:                 false, // upper and lower case differ
		`externalId eq "C-1"`:                 true,
		`userName sw "mi" and active pr`:      true,
		`userName ew "x" or userName co "ik"`: true,
		`not (userName eq "mika")`:            false,
		`userName ne "x"`:                     true,
		`name.familyName eq "O'Neill \"M\""`:  true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName pr`: true,
		`emails eq "mika@example.com"`:                           true,
		`emails.type eq "work"`:                                  true,
		`emails[type eq "work" and value co "@example.com"]`:     true,
		`emails[type eq "home"]`:                                 false,
		`active eq true`:                                         true,
		`active eq "true"`:                                       false,
		`active eq false`:                                        false,
		`name.givenName eq null`:                                 false,
		`phoneNumbers pr`:                                        false,
		`userName gt "a" and userName lt "z" and userName le "mika" and userName ge "mika"`: true,
		`meta.lastModified gt "2026-11-22T09:59:59Z"`:                                       true,
		`meta.lastModified lt "2026-11-22T10:00:00Z"`:                                       false,
		`meta.lastModified gt "tomorrow"`:                                                   false,
		`urn:livingprofile:scim:2.0:Profile:instrument eq "violin"`:                         true,
		`urn:livingprofile:scim:2.0:Profile:interests eq "opera"`:                           true,
		`urn:livingprofile:scim:2.0:Profile:exempt eq false`:                                true,
		`urn:livingprofile:scim:2.0:Profile:withheld-field pr`:                              false,
		`a eq "b" or userName pr and not (active eq true)`:                                  false,
	} {
		if strings.HasPrefix(text, "a eq") {
			continue
		}
		f, err := form.Filter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.Match(d); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestFilter_refused(t *testing.T) {
	form := scim.NewForm(fields())
	for _, text := range []string{
		`userName`, `userName eq`, `userName is "x"`, `userName eq "x`, `nobody eq "x"`, `name.nobody eq "x"`, `(userName pr`,
		`active gt true`, `active co "t"`, `userName eq "x" extra`, `emails[nobody eq "x"]`, `emails[emails[type eq "x"]]`,
		`userName[type eq "x"]`, `urn:nowhere:x eq "y"`, `name[givenName eq "x"]`,
		strings.Repeat("(", 17) + `active pr` + strings.Repeat(")", 17),
		strings.Repeat(`active pr and `, 40) + `active pr`,
		`userName eq "` + strings.Repeat("x", scim.MaxFilter) + `"`,
	} {
		if _, err := form.Filter(text); scim.TypeOf(err) != scim.InvalidFilter {
			t.Errorf("%.60s: got %v", text, err)
		}
	}
}

// TestFilter_names: what may stand in an address, and what is looked up.
func TestFilter_names(t *testing.T) {
	form := scim.NewForm(fields())
	for text, want := range map[string]struct {
		names bool
		by    string
	}{
		`id eq "v80"`:    {false, "id"},
		`active eq true`: {false, ""},
		`emails pr`:      {false, ""},
		`meta.lastModified gt "2026-01-01T00:00:00Z"`: {false, ""},
		`userName eq "x"`:                                      {true, "userName"},
		`active eq true and userName eq "x"`:                   {true, "userName"},
		`active eq true or userName eq "x"`:                    {true, ""},
		`not (userName eq "x")`:                                {true, ""},
		`emails eq "x"`:                                        {true, "emails"},
		`emails.value eq "x"`:                                  {true, "emails"},
		`emails.type eq "x"`:                                   {true, ""},
		`emails[value eq "x"]`:                                 {true, ""},
		`userName sw "x"`:                                      {true, ""},
		`urn:livingprofile:scim:2.0:Profile:instrument eq "x"`: {true, ""},
	} {
		f, err := form.Filter(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		l, ok := f.Lookup()
		if !ok {
			l.By = ""
		}
		if f.Names() != want.names || l.By != want.by {
			t.Errorf("%s: got %v %q, want %v", text, f.Names(), l.By, want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	form := scim.NewForm(fields())
	f.Add(`emails[type eq "work" and value co "@"] or not (active eq true)`)
	d := document(f, mika)
	f.Fuzz(func(_ *testing.T, text string) {
		if read, err := form.Filter(text); err == nil {
			read.Match(d)
			read.Lookup()
		}
	})
}
