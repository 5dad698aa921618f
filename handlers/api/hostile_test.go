package api_test

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	"livingprofile/internal/intake"
	"livingprofile/internal/testkit"
)

// TestImportsRefuseHostileFiles: bombs, rows without end, formulas, and files
// that are not what they say are refused with the reason. Nothing of them is
// taken, nothing is kept, and the import after them goes on.
func TestImportsRefuseHostileFiles(t *testing.T) {
	k := newKit(t, testkit.OnSQLite)
	key := k.key(ofSystem("shop"))
	for name, f := range testkit.HostileFiles(t) {
		query := "?map=generic"
		if f.Charset != "" {
			query += "&charset=" + f.Charset
		}
		one := k.taken(k.send(key, query, f.Type, string(f.Body)))
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		k.imports(time.Minute)
		runtime.GC()
		runtime.ReadMemStats(&after)
		var got struct {
			State   string
			Problem *struct{ Code string }
			Report  struct {
				Created, Merged, Changed int
				Rejects                  []struct{ Code string }
			}
		}
		k.want(http.StatusOK, &got, key, http.MethodGet, "/api/v1/imports/"+one.Import, "")
		if r := got.Report; r.Created+r.Merged+r.Changed > 0 {
			t.Errorf("%s: somebody was taken in: %+v", name, r)
		}
		switch {
		case f.Reason != "" && (got.State != "failed" || got.Problem == nil || got.Problem.Code != f.Reason):
			t.Errorf("%s: got %+v, want it refused: %s", name, got, f.Reason)
		case f.Row != "" && (got.State != "done" || len(got.Report.Rejects) != 1 || got.Report.Rejects[0].Code != f.Row):
			t.Errorf("%s: got %+v, want its row refused: %s", name, got, f.Row)
		}
		if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 64<<20 {
			t.Errorf("%s: %d MiB more are held", name, held>>20)
		}
		if ats, err := k.DB.PartAts(t.Context(), one.Import, intake.FilePart); err != nil || len(ats) > 0 {
			t.Errorf("%s: %d pieces of the file are left, %v", name, len(ats), err)
		}
	}
	good := k.taken(k.send(key, "?map=generic", csvType, "id,email\n1,good@example.net\n"))
	k.imports(time.Minute)
	if done := k.read(key, good.Import); done.Report.Created != 1 {
		t.Errorf("the next one: got %+v", done)
	}
}
