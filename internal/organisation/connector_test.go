package organisation_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"livingprofile/internal/connector"
	"livingprofile/internal/organisation"
)

const ownConnector = `    rank: 2
    connector:
      name: deskline
      url: https://desk.example
      secret: desk
      every: never
      topics: {news: "3"}
`

// TestConnector_of_ones_own: a file beside the declaration is kept with it, and
// what is wrong with it is said with its line.
func TestConnector_of_ones_own(t *testing.T) {
	t.Parallel()
	declare := func(file string) (*organisation.Draft, error) {
		t.Helper()
		d := draft(t, strings.Replace(small(t), "    rank: 2\n", ownConnector, 1))
		if err := d.Attach(fstest.MapFS{"connectors/deskline.yaml": {Data: []byte(file)}}); err != nil {
			t.Fatal(err)
		}
		_, err := d.Check()
		return d, err
	}
	const file = "name: deskline\nkind: http\nauthentication: {kind: bearer}\npush:\n  deny: {request: \"PUT /no/{subject}\"}\n"
	if _, err := declare(file); err == nil || !strings.Contains(err.Error(), "systems.tool.connector.name: connectors/deskline.yaml: line 4: push: has no erase") {
		t.Errorf("got %v", err)
	}
	d, err := declare(file + "  erase: {request: \"DELETE /{id}\"}\n")
	if err != nil {
		t.Fatal(err)
	}
	o := organisation.New(d.Declared)
	stored, err := organisation.Encode(o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := organisation.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	targets := again.Targets()
	if len(targets) != 1 || targets[0].ID != "tool/"+connector.Endpoint || targets[0].Speaks != "deskline" {
		t.Errorf("got %+v", targets)
	}
	if feeds := again.Feeds(); len(feeds) != 0 {
		t.Errorf("it is asked although never: %+v", feeds)
	}
}
