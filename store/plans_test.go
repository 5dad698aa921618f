package store_test

import (
	"strings"
	"testing"

	"livingprofile/internal/testkit"
	"livingprofile/store"
)

// TestPartsByIndex: what erasure counts and deletes of one person is found by an
// index, however many others there are.
func TestPartsByIndex(t *testing.T) {
	t.Parallel()
	db := testkit.Install(t, testkit.OnSQLite).SQL(t)
	for part, tail := range store.Parts() {
		rows, err := db.QueryContext(t.Context(), "explain query plan select 1 "+tail, 1, "x")
		if err != nil {
			t.Fatalf("%s: %v", part, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") {
				t.Errorf("%s: %s", part, step)
			}
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}
