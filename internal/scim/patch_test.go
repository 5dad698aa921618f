package scim_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"livingprofile/internal/scim"
)

func TestPatch(t *testing.T) {
	for name, tt := range map[string]struct{ operations, want string }{
		"a_part_is_replaced":         {`[{"op":"replace","path":"name.givenName","value":"Anna"}]`, `{"name":{"givenName":"Anna","familyName":"Sato"}}`},
		"the_others_stay":            {`[{"op":"Replace","path":"name","value":{"givenName":"Anna"}}]`, `{"name":{"givenName":"Anna","familyName":"Sato"}}`},
		"whatever_the_case":          {`[{"op":"REMOVE","path":"NAME.givenname"}]`, `{"name":{"familyName":"Sato"}}`},
		"the_last_part_takes_all":    {`[{"op":"remove","path":"name.givenName"},{"op":"remove","path":"name.familyName"}]`, `{"name":null}`},
		"null_takes_away":            {`[{"op":"replace","path":"name.givenName","value":null}]`, `{"name":{"familyName":"Sato"}}`},
		"without_a_path":             {`[{"op":"add","value":{"active":false,"name":{"givenName":"Anna"}}}]`, `{"active":false,"name":{"givenName":"Anna","familyName":"Sato"}}`},
		"names_that_are_paths":       {`[{"op":"replace","value":{"name.givenName":"Anna","urn:livingprofile:scim:2.0:Profile:instrument":"cello"}}]`, `{"name":{"givenName":"Anna","familyName":"Sato"},"urn:livingprofile:scim:2.0:Profile":{"instrument":"cello","interests":["jazz"]}}`},
		"words_for_booleans":         {`[{"op":"replace","path":"active","value":"False"}]`, `{"active":false}`},
		"an_address_is_replaced":     {`[{"op":"replace","path":"emails[type eq \"work\"].value","value":"b@example.com"}]`, `{"emails":[{"value":"b@example.com","type":"work","primary":true}]}`},
		"another_takes_its_place":    {`[{"op":"add","path":"emails","value":[{"value":"b@example.com","type":"home"}]}]`, `{"emails":[{"value":"b@example.com","type":"work","primary":true}]}`},
		"one_that_is_not_there":      {`[{"op":"add","path":"emails[type eq \"home\"].value","value":"b@example.com"}]`, `{"emails":[{"value":"b@example.com","type":"work","primary":true}]}`},
		"an_address_is_taken_away":   {`[{"op":"remove","path":"emails[type eq \"work\"]"}]`, `{"emails":null}`},
		"without_its_value_it_goes":  {`[{"op":"remove","path":"emails.value"}]`, `{"emails":null}`},
		"what_is_not_there_stays_so": {`[{"op":"remove","path":"emails[type eq \"home\"]"},{"op":"remove","path":"addresses"}]`, `{"emails":[{"value":"a@example.com","type":"work","primary":true}]}`},
		"lists_grow_and_say_it_once": {`[{"op":"add","path":"urn:livingprofile:scim:2.0:Profile:interests","value":["jazz","opera"]}]`, `{"urn:livingprofile:scim:2.0:Profile":{"instrument":"violin","interests":["jazz","opera"]}}`},
		"an_extension_as_a_whole":    {`[{"op":"replace","path":"urn:livingprofile:scim:2.0:Profile","value":{"instrument":"cello"}}]`, `{"urn:livingprofile:scim:2.0:Profile":{"instrument":"cello","interests":["jazz"]}}`},
		"an_extension_goes":          {`[{"op":"remove","path":"urn:livingprofile:scim:2.0:Profile"}]`, `{"urn:livingprofile:scim:2.0:Profile":null}`},
		"what_nobody_keeps":          {`[{"op":"replace","path":"title","value":"Dr."},{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"1"}},{"op":"add","path":"roles[primary eq true].value","value":"x"}]`, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := start(t)
			got, err := scim.NewForm(fields()).Patch(before, operations(t, tt.operations))
			if err != nil {
				t.Fatal(err)
			}
			want := start(t)
			for name, value := range document(t, tt.want) {
				if want[name] = value; value == nil {
					delete(want, name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(start(t), before); diff != "" {
				t.Errorf("what was given is changed: %s", diff)
			}
		})
	}
}

func start(t testing.TB) scim.Document {
	return document(t, `{
		"userName": "mika", "active": true, "name": {"givenName": "Mika", "familyName": "Sato"},
		"emails": [{"value": "a@example.com", "type": "work", "primary": true}],
		"urn:livingprofile:scim:2.0:Profile": {"instrument": "violin", "interests": ["jazz"]}
	}`)
}

func operations(t testing.TB, text string) []scim.Operation {
	t.Helper()
	var all []scim.Operation
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPatch_refused(t *testing.T) {
	for text, want := range map[string]string{
		`[]`: scim.InvalidSyntax,
		`[{"op":"move","path":"userName","value":"x"}]`:                                           scim.InvalidSyntax,
		`[{"op":"remove"}]`:                                                                       scim.NoTarget,
		`[{"op":"add","value":"x"}]`:                                                              scim.InvalidValue,
		`[{"op":"add","path":"nobody","value":"x"}]`:                                              scim.InvalidPath,
		`[{"op":"add","path":"name.nobody","value":"x"}]`:                                         scim.InvalidPath,
		`[{"op":"add","path":"userName[x","value":"x"}]`:                                          scim.InvalidPath,
		`[{"op":"add","path":"name[givenName eq \"x\"]","value":"x"}]`:                            scim.InvalidPath,
		`[{"op":"add","path":"userName.x","value":"x"}]`:                                          scim.InvalidPath,
		`[{"op":"replace","path":"emails[type eq \"home\"].value","value":"x"}]`:                  scim.NoTarget,
		`[{"op":"replace","path":"id","value":"x"}]`:                                              scim.Mutability,
		`[{"op":"replace","path":"meta.created","value":"x"}]`:                                    scim.Mutability,
		`[{"op":"remove","path":"userName"}]`:                                                     scim.Mutability,
		`[{"op":"remove","path":"externalId"}]`:                                                   scim.Mutability,
		`[{"op":"replace","path":"userName","value":""}]`:                                         scim.Mutability,
		`[{"op":"replace","path":"userName","value":"  "}]`:                                       scim.InvalidValue,
		`[{"op":"replace","path":"userName","value":7}]`:                                          scim.InvalidValue,
		`[{"op":"replace","path":"active","value":"maybe"}]`:                                      scim.InvalidValue,
		`[{"op":"replace","path":"name","value":"Mika"}]`:                                         scim.InvalidValue,
		`[{"op":"replace","path":"name","value":{"nobody":"x"}}]`:                                 scim.InvalidSyntax,
		`[{"op":"add","path":"urn:livingprofile:scim:2.0:Profile:withheld","value":"x"}]`:         scim.Mutability,
		`[{"op":"replace","path":"active","value":false},{"op":"add","path":"nobody","value":1}]`: scim.InvalidPath,
	} {
		if _, err := scim.NewForm(fields()).Patch(start(t), operations(t, text)); scim.TypeOf(err) != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestRead(t *testing.T) {
	form := scim.NewForm(fields())
	const schemas = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
	got, err := form.Read(document(t, `{`+schemas+`"USERNAME":"m","id":"theirs","password":"x","meta":{"version":"x"},
		"emails":[{"value":"a@example.com"},{"value":"b@example.com","primary":true}],"addresses":[{"locality":"Oslo","region":"x"}],
		"urn:livingprofile:scim:2.0:Profile":{"exempt":"True","withheld":["x"]},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"given-name": "", "family-name": "", "email": "b@example.com", "street": "", "city": "Oslo", "instrument": "",
		"interests": "", "exempt": "yes", "withheld": "",
	}
	if diff := cmp.Diff(want, form.Values(got)); diff != "" || got["userName"] != "m" || got["id"] != nil || got["password"] != nil {
		t.Errorf("got %v: %s", got, diff)
	}
	for text, want := range map[string]string{
		`{"userName":"m"}`:                     scim.InvalidSyntax,
		`{"schemas":["urn:x"],"userName":"m"}`: scim.InvalidSyntax,
		`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:x"],"userName":"m"}`: scim.InvalidSyntax,
		`{` + schemas + `"active":true}`:                                          scim.InvalidValue,
		`{` + schemas + `"userName":"m","nobody":1}`:                              scim.InvalidSyntax,
		`{` + schemas + `"userName":"m","username":"n"}`:                          scim.InvalidSyntax,
		`{` + schemas + `"userName":"m","name":{"givenName":["x"]}}`:              scim.InvalidValue,
		`{` + schemas + `"userName":"m","urn:livingprofile:scim:2.0:Profile":[]}`: scim.InvalidValue,
	} {
		if _, err := form.Read(document(t, text)); scim.TypeOf(err) != want {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// TestPut: what fields hold reads back from the document that they are put in.
func TestPut(t *testing.T) {
	form := scim.NewForm(fields())
	want := map[string]string{
		"given-name": "Mika", "family-name": "", "email": "a@example.com", "street": "1 Way\nTop", "city": "Oslo",
		"instrument": "violin", "interests": "jazz\nopera", "exempt": "no", "withheld": "x",
	}
	d := scim.Document{}
	form.Put(d, want)
	if diff := cmp.Diff(want, form.Values(d)); diff != "" {
		t.Error(diff)
	}
}

// TestPatch_like_plain_json: operations over the mapping come to the same as the
// same assignments on plain values, done by something that knows nothing of
// SCIM.
func TestPatch_like_plain_json(t *testing.T) {
	paths := map[string][]string{
		"given-name":  {"name.givenName", "NAME.GIVENNAME", "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"},
		"family-name": {"name.familyName"},
		"email":       {`emails[type eq "work"].value`, "emails.value", `emails[primary eq true].value`},
		"city":        {`addresses[type eq "work"].locality`, "addresses.locality"},
		"street":      {`addresses.streetAddress`},
		"instrument":  {"urn:livingprofile:scim:2.0:Profile:instrument"},
		"withheld":    {"urn:livingprofile:scim:2.0:Profile:withheld-field"},
	}
	form := scim.NewForm(fields())
	rapid.Check(t, func(rt *rapid.T) {
		plain := map[string]string{}
		for _, f := range fields() {
			plain[f.Name] = ""
		}
		d := scim.Document{"userName": "m"}
		for range rapid.IntRange(1, 6).Draw(rt, "patches") {
			var all []scim.Operation
			next := maps.Clone(plain)
			for range rapid.IntRange(1, 6).Draw(rt, "operations") {
				field := rapid.SampledFrom([]string{"given-name", "family-name", "email", "city", "street", "instrument", "withheld"}).Draw(rt, "field")
				path := rapid.SampledFrom(paths[field]).Draw(rt, "path")
				value := rapid.StringMatching(`[a-zé"\\ ]{0,6}`).Draw(rt, "value")
				switch op := rapid.SampledFrom([]string{"add", "replace", "remove"}).Draw(rt, "op"); {
				case op == "remove":
					all, next[field] = append(all, scim.Operation{Op: op, Path: path}), ""
				default:
					if path[len(path)-1] != 'n' && op == "replace" {
						op = "add" // a filter that chooses nobody has nothing to replace
					}
					all, next[field] = append(all, scim.Operation{Op: op, Path: path, Value: value}), value
				}
			}
			if rapid.Bool().Draw(rt, "broken") {
				broken := append(all, scim.Operation{Op: "add", Path: "nobody", Value: "x"})
				if got, err := form.Patch(d, broken); err == nil || got != nil {
					rt.Fatal("what cannot be carried out is")
				}
			}
			got, err := form.Patch(d, all)
			if err != nil {
				rt.Fatal(err)
			}
			d, plain = got, next
			if diff := cmp.Diff(plain, form.Values(d)); diff != "" {
				rt.Fatal(diff)
			}
		}
	})
}
