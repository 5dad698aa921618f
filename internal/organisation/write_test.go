package organisation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"livingprofile/internal/organisation"
)

// What stands, written to a file and applied, changes nothing: nothing is lost
// on the way out.
func TestWrite_is_read_as_it_stands(t *testing.T) {
	for _, path := range []string{"testdata/small.yaml", "../demo/organisation.yaml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := organisation.Parse(path, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Attach(os.DirFS(filepath.Dir(path))); err != nil {
			t.Fatal(err)
		}
		stands := organisation.Diff(nil, d, monday).Next
		f, err := organisation.Write(stands)
		if err != nil {
			t.Fatal(err)
		}
		files := fstest.MapFS{}
		for name, data := range f.Beside {
			files[name] = &fstest.MapFile{Data: data}
		}
		again, err := organisation.Parse("written.yaml", f.Text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := again.Attach(files); err != nil {
			t.Fatal(err)
		}
		if _, err := again.Check(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if p := organisation.Diff(stands, again, tuesday); !p.Empty() {
			t.Errorf("%s: %v", path, steps(p))
		}
	}
}

// What speaks to a system in its own language is written with the file that says
// how.
func TestWrite_connector(t *testing.T) {
	const file = "name: deskline\nkind: http\nauthentication: {kind: bearer}\npush:\n  deny: {request: \"PUT /no/{subject}\"}\n  erase: {request: \"DELETE /{id}\"}\n"
	d := draft(t, strings.Replace(small(t), "    rank: 2\n", ownConnector+"    scim: {leaving: clear, filters-in-address: true}\n", 1))
	if err := d.Attach(fstest.MapFS{"connectors/deskline.yaml": {Data: []byte(file)}}); err != nil {
		t.Fatal(err)
	}
	stands := organisation.Diff(nil, d, monday).Next
	f, err := organisation.Write(stands)
	if err != nil {
		t.Fatal(err)
	}
	again := draft(t, string(f.Text))
	if err := again.Attach(fstest.MapFS{"connectors/deskline.yaml": {Data: f.Beside["connectors/deskline.yaml"]}}); err != nil {
		t.Fatal(err)
	}
	if p := organisation.Diff(stands, again, tuesday); !p.Empty() {
		t.Errorf("got %v of\n%s", steps(p), f.Text)
	}
}

// Words that YAML would read as something else stay words.
func TestWrite_quotes(t *testing.T) {
	stands := applied(t, with(t, small(t), "label: {en: Shop, ja: お店}", `label: {en: "no: #1 'x' \"y\"", ja: "1", "no": "yes"}`))
	f, err := organisation.Write(stands)
	if err != nil {
		t.Fatal(err)
	}
	if p := organisation.Diff(stands, draft(t, string(f.Text)), tuesday); !p.Empty() {
		t.Errorf("got %v of\n%s", steps(p), f.Text)
	}
}
