package crm

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"livingprofile/cmd/receiver"
)

func (d *Desk) show(w http.ResponseWriter, _ *http.Request) {
	var rows []Contact
	for _, c := range d.Kept().Contacts {
		rows = append(rows, c)
	}
	slices.SortFunc(rows, func(a, b Contact) int { return strings.Compare(a.Number, b.Number) })
	receiver.Page(w)
	_ = page().Execute(w, rows)
}

func page() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Customer desk</title>
<style>` + receiver.Style + `</style>
<h1>Customer desk</h1>
<p>A program of somebody else. Change a phone number here and it arrives in the profile within a few seconds; say no to the newsletter there and look at this page again.</p>
<table>
<tr><th>Customer<th>Name<th>Phone<th>Letters from<th>Last change
{{range .}}<tr><td><code>{{.Number}}</code><td>{{if .Name}}{{.Name}}{{else}}<small>not held</small>{{end}}
<td><form method="post" action="/contacts"><input type="hidden" name="number" value="{{.Number}}"><input name="phone" value="{{.Phone}}" aria-label="Phone of {{.Number}}" autocomplete="off"> <button>Save</button></form>
<td>{{if .Letters}}{{range $i, $b := .Letters}}{{if $i}}, {{end}}{{$b}}{{end}}{{else if .Asked}}<span class="no">none</span>{{else}}<small>not told yet</small>{{end}}
<td>{{if .By}}{{.At.Format "15:04:05"}} by {{.By}}{{end}}
{{end}}</table>
</html>
`
