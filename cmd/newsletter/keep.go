package newsletter

import (
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"livingprofile/cmd/receiver"
)

// New returns the tool with what it kept in folder. secret is as the endpoint's
// was shown, whsec_ and base64.
func New(secret, folder string) (*Tool, error) {
	key, err := receiver.Secret(secret)
	if err != nil {
		return nil, fmt.Errorf("newsletter: %w", err)
	}
	t := &Tool{secret: key, file: filepath.Join(folder, "newsletter.json"), now: time.Now}
	if err := receiver.Load(t.file, &t.kept); err != nil {
		return nil, fmt.Errorf("newsletter: %w", err)
	}
	if t.kept.Readers == nil {
		t.kept.Readers = map[string]Reader{}
	}
	if t.kept.Gone == nil {
		t.kept.Gone = map[string]int64{}
	}
	return t, nil
}

// Kept returns a copy of what the tool holds.
func (t *Tool) Kept() Kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Kept{maps.Clone(t.kept.Readers), slices.Clone(t.kept.Arrivals), maps.Clone(t.kept.Gone)}
}

// Handler answers the page at / and receives hooks at /hooks.
func (t *Tool) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hooks", t.receive)
	mux.HandleFunc("GET /{$}", t.show)
	return mux
}

// A row is a reader on the page.
type row struct {
	ID string
	Reader
}

func (t *Tool) show(w http.ResponseWriter, _ *http.Request) {
	kept := t.Kept()
	var rows []row
	for id, r := range kept.Readers {
		rows = append(rows, row{id, r})
	}
	slices.SortFunc(rows, func(a, b row) int {
		if n := b.At.Compare(a.At); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	receiver.Page(w)
	_ = page().Execute(w, map[string]any{"Rows": rows, "Arrivals": kept.Arrivals})
}

func page() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Newsletter tool</title>
<style>` + receiver.Style + `</style>
<h1>Newsletter tool</h1>
<p>A program of somebody else. It knows what it was told by hooks, and nothing besides.</p>
<h2>What arrived</h2>
{{if .Arrivals}}<table>
<tr><th>When<th>What<th>About<th>What it did
{{range .Arrivals}}<tr><td>{{.At.Format "15:04:05"}}<td><code>{{.Type}}</code><td><code>{{slice .Reader 0 8}}…</code><td>{{.Did}}
{{end}}</table>{{else}}<p>Nothing yet.</p>{{end}}
<h2>Readers ({{len .Rows}})</h2>
<table>
<tr><th>Reader<th>Name<th>Address<th>Letters from<th>Version
{{range .Rows}}<tr><td><code>{{slice .ID 0 8}}…</code><td>{{if .Name}}{{.Name}}{{else}}<small>not held</small>{{end}}<td>{{if .Email}}{{.Email}}{{else}}<small>not held</small>{{end}}<td>{{if .Brands}}{{range $i, $b := .Brands}}{{if $i}}, {{end}}{{$b}}{{end}}{{else}}<span class="no">none</span>{{end}}<td>{{.Version}}
{{end}}</table>
</html>
`
