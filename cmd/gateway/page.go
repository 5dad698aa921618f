package gateway

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"livingprofile/cmd/receiver"
)

func (c *Club) show(w http.ResponseWriter, _ *http.Request) {
	kept := c.Kept()
	var members []Member
	for _, m := range kept.Members {
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Number, b.Number) })
	receiver.Page(w)
	_ = page().Execute(w, map[string]any{
		"Members": members, "Sessions": kept.Sessions, "Machines": []string{"rowing", "bike", "treadmill", "cable"},
	})
}

func page() *template.Template { return template.Must(template.New("page").Parse(pageText)) }

const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Club machines</title>
<style>` + receiver.Style + `</style>
<h1>Club machines</h1>
<p>A program of somebody else. End a session here and look for it in the profile under “What you did”. For whoever says no to training suggestions nothing is measured.</p>
<form method="post" action="/sessions">
<label>Member <select name="member">{{range .Members}}<option value="{{.Number}}">{{.Number}} {{.Name}}</option>{{end}}</select></label>
<label>Machine <select name="machine">{{range .Machines}}<option>{{.}}</option>{{end}}</select></label>
<label>Minutes <input name="minutes" type="number" min="1" max="300" value="25"></label>
<button>End the session</button>
</form>
<h2>Sessions</h2>
{{if .Sessions}}<table>
<tr><th>When<th>Member<th>Machine<th>Minutes<th>What became of it
{{range .Sessions}}<tr><td>{{.At.Format "15:04:05"}}<td><code>{{.Number}}</code><td>{{.Machine}}<td>{{.Minutes}}<td>{{.Became}}
{{end}}</table>{{else}}<p>None yet.</p>{{end}}
<h2>Members</h2>
<table>
<tr><th>Number<th>Name<th>Measured
{{range .Members}}<tr><td><code>{{.Number}}</code><td>{{.Name}}<td>{{if .Stopped}}<span class="no">no: they said no</span>{{else}}yes, if they allow it{{end}}
{{end}}</table>
</html>
`
