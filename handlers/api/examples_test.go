package api_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/internal/demo"
	"livingprofile/internal/hook"
	"livingprofile/internal/testkit"
)

// TestExamples types the commands of the reference into the demo, as they are
// shown and in their order, and holds the answers, and the examples of the
// document, to the schemas.
func TestExamples(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	secrets, err := k.ConnectAll(t.Context(), demo.Neighbours{CRM: "http://127.0.0.1:1/hooks"})
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{kit: k, has: map[string]string{"KEY": k.key(), "SYSTEM": demo.CRM, "ENDPOINT": "main"}, secret: secrets[demo.CRM]}
	page := k.Client(t).Page("/api/v1/docs")
	for path, methods := range k.described.doc["paths"].(map[string]any) {
		for method, op := range methods.(map[string]any) {
			k.examples(path, method)
			if name := k.described.at(op, "operationId").(string); !strings.Contains(page, `<article class="card stack" id="`+name+`"`) {
				t.Errorf("the reference does not show %s", name)
			}
		}
	}
	shown := shownCommand.FindAllStringSubmatch(page, -1)
	for _, m := range shown {
		r.follow(m[1], html.UnescapeString(m[2]))
	}
	if n := strings.Count(page, "<article"); len(shown) != n {
		t.Errorf("%d of %d operations show a command", len(shown), n)
	}
}

// examples holds what the document has as examples to its schemas.
func (k *kit) examples(path, method string) {
	k.t.Helper()
	d := k.described
	check := func(where ...string) {
		content := append([]string{"paths", path, method}, where...)
		for media := range asMap(d.at(d.doc, content...)) {
			at := append(slices.Clone(content), media)
			if example := d.at(d.doc, append(slices.Clone(at), "example")...); example != nil {
				if err := d.check(example, append(at, "schema")...); err != nil {
					k.t.Errorf("%s %s: the example of %v: %v", method, path, where, err)
				}
			}
		}
	}
	check("requestBody", "content")
	for status := range asMap(d.at(d.doc, "paths", path, method, "responses")) {
		check("responses", status, "content")
	}
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// shownCommand is the command of an operation on the page of the reference.
var shownCommand = regexp.MustCompile(`(?s)<article class="card stack" id="(\w+)".*?<pre [^>]*><code>(curl .*?)</code></pre>.*?</article>`)

// A reader types what the reference shows, and keeps what later commands need.
type reader struct {
	*kit
	has    map[string]string // variables of the shell
	secret hook.Secret       // of the endpoint
}

// follow types the command of an operation.
func (r *reader) follow(operation, command string) {
	r.t.Helper()
	if operation == "decideImport" { // nothing but a trial can be decided on
		r.has["IMPORT"] = r.taken(r.send(r.has["KEY"], "?map=generic&dry_run=true", csvType, "id,email\n1,a@example.net\n")).Import
		r.imports(time.Minute)
	}
	if operation == "takeRejects" { // the file of the example has no such rows
		r.has["IMPORT"] = r.taken(r.send(r.has["KEY"], "?map=generic", csvType, "id,email\n1\n")).Import
		r.imports(time.Minute)
	}
	if operation == "removeAudience" { // the one of the examples is being sent
		r.has["AUDIENCE"] = r.audience(r.has["KEY"])
	}
	if operation == "acknowledge" {
		r.sign(command)
	}
	method, target, body, headers, err := parseCurl(command, r.has)
	if err != nil {
		r.t.Errorf("%s: %v:\n%s", operation, err, command)
		return
	}
	target, here := strings.CutPrefix(target, r.URL)
	if !here {
		r.t.Errorf("%s: the command goes elsewhere:\n%s", operation, command)
		return
	}
	a := r.ask("", method, target, body, headers...)
	if a.Status >= 300 {
		r.t.Errorf("%s is answered with %d %s:\n%s", operation, a.Status, a.Body, command)
	}
	var got struct{ Subject, ID, Send, Import string }
	_ = json.Unmarshal([]byte(a.Body), &got) // some answers are files
	switch operation {
	case "lookupSubject":
		r.has["SUBJECT"] = got.Subject
	case "createAudience":
		r.has["AUDIENCE"] = got.ID
	case "sendAudience":
		r.has["SEND"] = got.Send
	case "readPreferences", "readAudience":
		r.has["ETAG"] = a.Header.Get("ETag")
	case "makeImport":
		r.has["IMPORT"] = got.Import
		r.imports(time.Minute)
		if one := r.kit.read(r.has["KEY"], got.Import); one.Report.Created != 1 {
			r.t.Errorf("the file of the example: got %+v", one)
		}
	case "tellChanges":
		var told results
		_ = json.Unmarshal([]byte(a.Body), &told)
		for _, one := range told.Results {
			if one.Result == "refused" && one.Reason != "too_old" { // the dates of examples grow old
				r.t.Errorf("the example %s is refused: %s", one.ID, a.Body)
			}
		}
	}
}

// sign signs the body of a command.
func (r *reader) sign(command string) {
	r.t.Helper()
	now := r.clock.Now()
	r.has["WEBHOOK_ID"], r.has["WEBHOOK_TIMESTAMP"], r.has["WEBHOOK_SIGNATURE"] = "m1", fmt.Sprint(now.Unix()), ""
	_, _, body, _, err := parseCurl(command, r.has)
	if err != nil {
		r.t.Fatal(err)
	}
	r.has["WEBHOOK_SIGNATURE"] = hook.Sign([]hook.Secret{r.secret}, "m1", now, []byte(body))
}

// parseCurl reads a command as a shell does, and then as curl does. A variable
// that is not set, and what the reference has no need of, is an error.
func parseCurl(command string, has map[string]string) (method, target, body string, headers []string, err error) {
	words, err := shellWords(command, has)
	if err != nil {
		return "", "", "", nil, err
	}
	typed := "application/x-www-form-urlencoded" // what curl says by itself
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case i == 0 && word == "curl":
		case strings.HasPrefix(word, "http"):
			target = word
		case i+1 == len(words):
			return "", "", "", nil, fmt.Errorf("%q has no value", word)
		case word == "-X":
			i++
			method = words[i]
		case word == "--data-binary":
			i++
			body = words[i]
		case word == "-H":
			i++
			name, value, _ := strings.Cut(words[i], ": ")
			if name == "Content-Type" {
				typed = value
				continue
			}
			headers = append(headers, name, value)
		default:
			return "", "", "", nil, fmt.Errorf("%q is not expected", word)
		}
	}
	if body != "" {
		headers = append(headers, "Content-Type", typed)
	}
	return method, target, body, headers, nil
}

// shellWords splits a command into words (POSIX, Shell Command Language, 2.2).
func shellWords(command string, has map[string]string) ([]string, error) {
	var words []string
	var word strings.Builder
	began, quote := false, rune(0)
	text := []rune(command)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == quote:
			quote = 0
		case quote == '\'':
			word.WriteRune(c)
		case c == '\\' && i+1 < len(text):
			if i++; text[i] != '\n' {
				word.WriteRune(text[i])
				began = true
			}
		case c == '$':
			j := i + 1
			for j < len(text) && (text[j] == '_' || text[j] >= 'A' && text[j] <= 'Z') {
				j++
			}
			value, ok := has[string(text[i+1:j])]
			if !ok {
				return nil, fmt.Errorf("$%s is not set", string(text[i+1:j]))
			}
			word.WriteString(value)
			i, began = j-1, true
		case quote == '"':
			word.WriteRune(c)
		case c == '"' || c == '\'':
			quote, began = c, true
		case c == ' ' || c == '\n':
			if began {
				words = append(words, word.String())
			}
			word.Reset()
			began = false
		case strings.ContainsRune("&|;<>(){}*?`", c):
			return nil, fmt.Errorf("%q means something to a shell", c)
		default:
			word.WriteRune(c)
			began = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("%q is not closed", quote)
	}
	if began {
		words = append(words, word.String())
	}
	return words, nil
}
