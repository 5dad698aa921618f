package newsletter

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// New returns the tool with what it kept in folder. secret is as the endpoint's
// was shown, whsec_ and base64.
func New(secret, folder string) (*Tool, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return nil, errors.New("newsletter: the secret is not one")
	}
	t := &Tool{secret: key, file: filepath.Join(folder, "newsletter.json"), now: time.Now}
	text, err := os.ReadFile(t.file)
	if err == nil {
		err = json.Unmarshal(text, &t.kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("newsletter: %w", err)
	}
	if t.kept.Readers == nil {
		t.kept.Readers = map[string]Reader{}
	}
	return t, nil
}

// Kept returns a copy of what the tool holds.
func (t *Tool) Kept() Kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Kept{maps.Clone(t.kept.Readers), slices.Clone(t.kept.Arrivals)}
}

// save replaces the file at once, so that it is whole at any moment.
func (t *Tool) save() error {
	text, err := json.MarshalIndent(t.kept, "", " ")
	if err != nil {
		return err
	}
	const mine = 0o600
	if err := os.WriteFile(t.file+".new", text, mine); err != nil {
		return err
	}
	return os.Rename(t.file+".new", t.file)
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
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = page().Execute(w, map[string]any{"Rows": rows, "Arrivals": kept.Arrivals})
}

func page() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Newsletter tool</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c28; background: #fbf9f4 }
table { border-collapse: collapse; width: 100% } th, td { text-align: start; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #ddd6c8; vertical-align: top }
small, code { color: #5d5a52 } .no { color: #7a1f1f }
</style>
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
