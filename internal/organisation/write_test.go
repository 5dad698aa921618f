package organisation_test

import (
	"os"
	"path/filepath"
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
		for name, data := range f.Logos {
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
