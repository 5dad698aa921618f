package wire_test

import (
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/connector"
	"livingprofile/internal/demo"
	"livingprofile/internal/folder"
	"livingprofile/internal/inbound"
	"livingprofile/internal/testkit"
)

// TestFolder drives a system that fetches files and leaves some: a withdrawal
// here is laid down there, what it leaves has its effect, once, and what is not
// whole has none.
func TestFolder(t *testing.T) {
	var root string
	s := testkit.NewSite(t, testkit.SiteOptions{Set: func(s *wire.Settings) { root = s.ExchangePath() }})
	link(t, s, &connector.Link{
		Name: "folder", Every: time.Minute, Brands: []string{"hibiki"},
		Topics: map[string]string{"newsletter": "news", "recommendations": "tips"}, Fields: map[string]string{"event-city": "city"},
	})
	reader, name := subscriber(t, s)
	at := func(parts ...string) string {
		return filepath.Join(append([]string{root, demo.Newsletter}, parts...)...)
	}
	told := func(want map[string]string) {
		t.Helper()
		testkit.Eventually(t, "a row that says so", func() (map[string]string, bool) {
			files, _ := filepath.Glob(at(folder.Out, name+"-*.csv"))
			if len(files) != 1 { // what was told before gives way to what holds
				return nil, false
			}
			row := rowOf(t, files[0])
			for column, cell := range want {
				if row[column] != cell {
					return row, false
				}
			}
			return row, true
		})
	}
	c := s.Client(t)
	c.Enter("hibiki", reader, false)
	c.Answer("hibiki", "recommendations", "no")
	c.Answer("hibiki", "recommendations", "yes")
	told(map[string]string{"subject": name, "erased": "no", "news": "yes", "tips": "yes"})
	c.Answer("hibiki", "newsletter", "no")
	told(map[string]string{"news": "no", "tips": "yes"})

	leave := func(file, text string, ago time.Duration) {
		t.Helper()
		path := at(folder.In, file)
		then := s.Clock.Now().Add(-ago)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, then, then); err != nil {
			t.Fatal(err)
		}
	}
	puller, err := s.Puller(nil)
	if err != nil {
		t.Fatal(err)
	}
	feed := s.Current.Load().Feeds()[demo.Newsletter]
	read := func() {
		t.Helper()
		if err := puller.Read(t.Context(), demo.Newsletter, &feed); err != nil {
			t.Fatal(err)
		}
	}
	const text = "subject,time,tips\n"
	leave("a.csv", text+name+","+s.Clock.Now().UTC().Format(time.RFC3339Nano)+",no\nnobody,,no\n", time.Minute)
	leave("b.csv", text+"\"half a row\n", time.Minute)
	leave("c.csv", text, 0) // still being written
	leave("d.csv", "colour\nred\n", time.Minute)
	read()
	told(map[string]string{"tips": "no"})
	if got := listed(t, at(folder.In)); !slices.Equal(got, []string{"c.csv"}) {
		t.Errorf("left in: %v", got)
	}
	done, refused := listed(t, at(folder.Done)), listed(t, at(folder.Refused))
	if len(done) != 2 || len(refused) != 4 {
		t.Fatalf("done %v, refused %v", done, refused)
	}
	if row := rowOf(t, at(folder.Refused, refused[0])); row["subject"] != "nobody" || row["refused_because"] != "no_subject" {
		t.Errorf("refused %v", row)
	}
	position, err := s.DB.PullPosition(t.Context(), demo.Newsletter)
	if err != nil || position.Taken != 1 || position.Refused != 3 || position.Cause != "" {
		t.Errorf("got %+v, %v", position, err)
	}

	counted := map[string]int64{}
	kept, err := s.DB.Refusals(t.Context(), inbound.OfFeed(demo.Newsletter))
	for _, r := range kept {
		counted[r.Reason] = r.Count
	}
	if want := map[string]int64{"no_subject": 1, "no_csv": 1, "says_nothing": 1}; err != nil || !maps.Equal(counted, want) {
		t.Errorf("counted as refused: %v, %v, want %v", counted, err, want)
	}

	// The same file once more is old news, also after another word of the person.
	c.Answer("hibiki", "recommendations", "yes")
	told(map[string]string{"tips": "yes"})
	again, err := os.ReadFile(at(folder.Done, done[0]))
	if err != nil {
		t.Fatal(err)
	}
	leave("again.csv", string(again), time.Minute)
	read()
	told(map[string]string{"tips": "yes"})
}

func listed(t *testing.T, path string) []string {
	t.Helper()
	all, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

// rowOf reads a file with one row, by its columns.
func rowOf(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return nil // fetched, or told anew meanwhile
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%s: got %q, %v", path, rows, err)
	}
	row := map[string]string{}
	for i, column := range rows[0] {
		row[column] = rows[1][i]
	}
	return row
}
