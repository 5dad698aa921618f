package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"livingprofile/cmd/wire"
	"livingprofile/internal/intake"
)

// printImport prints what became of a file. charset is what the operator said
// that it is in.
func printImport(w io.Writer, a *wire.App, r *intake.Report, charset string) {
	fmt.Fprintf(w, "%d rows in %s: %d created, %d merged, %d changed, %d unchanged, %d refused, %d warnings\n",
		r.Rows, r.Elapsed.Truncate(time.Millisecond), r.Created, r.Merged, r.Changed, r.Unchanged, r.Refused, r.Warnings)
	if r.Resumed > 0 {
		fmt.Fprintf(w, "gone on after row %d, where the import was cut off; the counts are of the whole file\n", r.Resumed)
	}
	printColumns(w, r, charset)
	for _, reject := range r.Rejects {
		fmt.Fprintf(w, "refused line %d: %s\n", reject.Line, a.Explain(reject))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "line %d: %s\n", note.Line, a.Explain(note))
	}
	for _, more := range []struct {
		what         string
		named, there int
	}{{"refused rows", len(r.Rejects), r.Refused}, {"warnings", len(r.Notes), r.Warnings}} {
		if n := more.there - more.named; n > 0 {
			fmt.Fprintf(w, "and %d more %s\n", n, more.what)
		}
	}
}

// printColumns prints how the file was understood.
func printColumns(w io.Writer, r *intake.Report, charset string) {
	if r.Charset != "" && r.Charset != "utf-8" && charset == "" {
		fmt.Fprintf(w, "the file was read as %s; where that is wrong, say it with --charset\n", r.Charset)
	}
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"columns that were not read", r.Unread},
		{"columns that the file does not have", r.Missing},
		{"fields, purposes and activities that are not declared, or not for this system", r.LeftOut},
	} {
		if len(list.names) > 0 {
			fmt.Fprintf(w, "%s: %s\n", list.what, strings.Join(list.names, ", "))
		}
	}
}

// printPreview prints what rows would become.
func printPreview(w io.Writer, a *wire.App, samples []intake.Sample, r *intake.Report) {
	printColumns(w, r, "")
	for i := range samples {
		s := &samples[i]
		fmt.Fprintf(w, "line %d\n", s.Line)
		if s.Fault != nil {
			fmt.Fprintf(w, "  refused: %s\n", a.Explain(intake.Reject{Line: s.Line, Fault: *s.Fault}))
			continue
		}
		printItem(w, &s.Item)
		for _, n := range s.Notes {
			fmt.Fprintf(w, "  warning: %s\n", a.Explain(intake.Reject{Line: s.Line, Fault: n}))
		}
	}
}

func printItem(w io.Writer, item *intake.Item) {
	if !item.At.IsZero() {
		fmt.Fprintf(w, "  changed %s\n", item.At.Format(time.RFC3339))
	}
	for _, i := range item.Identifiers {
		proved := ""
		if i.Verified() {
			proved = ", proved " + i.VerifiedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "  known by %s %s%s\n", i.Kind, i.Value, proved)
	}
	fields := make([]string, 0, len(item.Claims))
	for field := range item.Claims {
		fields = append(fields, field)
	}
	slices.Sort(fields)
	for _, field := range fields {
		c := item.Claims[field]
		fmt.Fprintf(w, "  %s: %s (%s)\n", field, strings.ReplaceAll(c.Value, "\n", " / "), c.Origin)
	}
	for _, a := range item.Acts {
		fmt.Fprintf(w, "  activity %s %s %s", a.Kind, a.Event, a.At.Format(time.RFC3339))
		for _, field := range slices.Sorted(maps.Keys(a.Values)) {
			fmt.Fprintf(w, " %s=%s", field, a.Values[field])
		}
		fmt.Fprintln(w)
	}
	for _, c := range item.Consents {
		at := ""
		if !c.At.IsZero() {
			at = " " + c.At.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "  consent %s: %s%s\n", c.Purpose, c.Stance, at)
	}
}
