package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"livingprofile/handlers/web"
	"livingprofile/internal/consent"
	"livingprofile/internal/decision"
	"livingprofile/internal/errs"
	"livingprofile/internal/identity"
	"livingprofile/internal/inbound"
	"livingprofile/internal/ledger"
)

// FilterPath is where a list is filtered. Its body is a stream of any length.
const FilterPath = "/api/v1/decisions/filter"

const (
	csvType   = "text/csv"
	linesType = "application/jsonl"
	// SummaryTrailer is where the counts stand, behind the body.
	SummaryTrailer = "Decision-Summary"
	// maxLine is the longest that a line may be.
	maxLine = 64 << 10
	// linePace is how long reading and writing may each stand still.
	linePace = 30 * time.Second
)

// unreadable is the reason of a line in which nobody is named. It is never let
// through.
const unreadable decision.Reason = "unreadable"

// ListFiltered is the kind of the entry that tells of a list which a system had
// filtered, and names nobody.
const ListFiltered ledger.Kind = "decision.list_filtered"

// A summary counts what became of the lines: one that is denied, under the
// weightiest of its reasons.
type summary struct {
	Purpose consent.PurposeID       `json:"purpose"`
	Lines   int                     `json:"lines"`
	Allowed int                     `json:"allowed"`
	Denied  map[decision.Reason]int `json:"denied"`
}

// A sieve lets the lines of a list through whose people may be reached.
type sieve struct {
	api    *API
	ask    *asking
	column string // the name of the value by which people are named
	kind   string // "subject", or a kind of identifier
	denied bool   // let the others through instead, each with all that stands against it
	sum    summary
	pace   func() // called for each line
}

// Filter reads a list of people as CSV or JSON Lines and writes the lines of
// those about whom it may be done, as they came. It holds one line at a time.
func (a *API) Filter(c echo.Context) error {
	who := callerOf(c)
	s, media, err := a.sieve(c, who)
	if err != nil {
		return err
	}
	ctx := web.Context(c)
	if err := a.Index.Refresh(ctx); err != nil {
		return err
	}
	w := c.Response()
	// The answer begins while the list still comes.
	control := http.NewResponseController(w)
	if err := control.EnableFullDuplex(); err != nil {
		return err
	}
	s.pace = func() {
		if s.sum.Lines%256 == 0 {
			until := time.Now().Add(linePace)
			_, _ = control.SetReadDeadline(until), control.SetWriteDeadline(until)
		}
	}
	w.Header().Set("Trailer", SummaryTrailer)
	w.Header().Set(echo.HeaderContentType, media+"; charset=utf-8")
	out := bufio.NewWriterSize(w, 32<<10)
	in := bufio.NewReaderSize(c.Request().Body, maxLine)
	if media == csvType {
		err = s.csv(ctx, in, out)
	} else {
		err = s.lines(ctx, in, out)
	}
	if err == nil {
		err = a.noteFilter(ctx, who, &s.sum)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		if !w.Committed {
			return err
		}
		// A list that was cut off must not pass for a whole one.
		panic(http.ErrAbortHandler)
	}
	counts, err := json.Marshal(s.sum)
	w.Header().Set(SummaryTrailer, string(counts))
	return err
}

func (a *API) sieve(c echo.Context, who *caller) (*sieve, string, error) {
	if err := knownQuery(c, "purpose", "channel", "at", "by", "column", "show"); err != nil {
		return nil, "", err
	}
	media, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	if err != nil || media != csvType && media != linesType && media != "application/x-ndjson" {
		return nil, "", refusal(http.StatusUnsupportedMediaType, "error.not_a_list")
	}
	if media != csvType {
		media = linesType
	}
	var at *string
	if text := c.QueryParam("at"); text != "" {
		at = &text
	}
	ask, err := a.asking(who, consent.PurposeID(c.QueryParam("purpose")), c.QueryParam("channel"), at)
	if err != nil {
		return nil, "", err
	}
	s := &sieve{api: a, ask: ask, kind: c.QueryParam("by"), column: c.QueryParam("column")}
	s.sum = summary{Purpose: ask.Purpose.Purpose, Denied: map[decision.Reason]int{}}
	if s.kind == "" {
		s.kind = "subject"
	}
	if s.column == "" {
		s.column = s.kind
	}
	kinds := []string{"subject", string(identity.Email), string(identity.Phone), string(identity.Customer), string(identity.Device)}
	switch show := c.QueryParam("show"); {
	case !slices.Contains(kinds, s.kind):
		return nil, "", errs.InvalidFields(errs.At("by", "error.not_a_choice"))
	case show != "" && show != "allowed" && show != "denied":
		return nil, "", errs.InvalidFields(errs.At("show", "error.not_a_choice"))
	default:
		s.denied = show == "denied"
	}
	return s, media, nil
}

// judge answers about whom a line names, and counts it. pass says whether the
// line is let through.
func (s *sieve) judge(ctx context.Context, name string) (pass bool, why []decision.Reason, err error) {
	if s.sum.Lines%1024 == 0 {
		if err := s.api.Index.Refresh(ctx); err != nil {
			return false, nil, err
		}
	}
	r := ruling{Verdict: decision.Verdict{Reasons: []decision.Reason{unreadable}}}
	if name != "" {
		if s.kind == "subject" {
			r, err = s.api.rule(ctx, s.ask, name)
		} else if r, err = s.api.ruleFor(ctx, s.ask, inbound.IdentifierBody{Kind: identity.Kind(s.kind), Value: name}, ""); errs.KindOf(err) == errs.Invalid {
			r, err = ruling{Verdict: decision.Verdict{Reasons: []decision.Reason{unreadable}}}, nil
		}
	}
	if err != nil {
		return false, nil, err
	}
	s.sum.Lines++
	s.pace()
	if r.Allow {
		s.sum.Allowed++
	} else {
		s.sum.Denied[r.Reasons[0]]++
	}
	return r.Allow != s.denied, r.Reasons, nil
}

// lines filters JSON Lines.
func (s *sieve) lines(ctx context.Context, in *bufio.Reader, out io.Writer) error {
	for {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return errs.InvalidFields(errs.At("", "error.too_long", "max", maxLine))
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) > 0 {
			if fault := s.line(ctx, line, out); fault != nil {
				return fault
			}
		}
		if err != nil {
			return nil
		}
	}
}

func (s *sieve) line(ctx context.Context, line []byte, out io.Writer) error {
	var all map[string]json.RawMessage
	var name string
	if json.Unmarshal(line, &all) != nil || json.Unmarshal(all[s.column], &name) != nil {
		name = ""
	}
	pass, why, err := s.judge(ctx, name)
	if err != nil || !pass {
		return err
	}
	if s.denied {
		if all == nil { // what cannot be read is not repeated
			all = map[string]json.RawMessage{}
		}
		all["reasons"], _ = json.Marshal(why)
		if line, err = json.Marshal(all); err != nil {
			return err
		}
	}
	if _, err := out.Write(line); err != nil {
		return err
	}
	_, err = out.Write([]byte{'\n'})
	return err
}

// csv filters CSV with a line of names.
func (s *sieve) csv(ctx context.Context, in io.Reader, out io.Writer) error {
	bounded := &boundedReader{in: in, left: maxLine}
	r := csv.NewReader(bounded)
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	w := csv.NewWriter(out)
	defer w.Flush()
	names, err := r.Read()
	if err != nil {
		return errs.InvalidFields(errs.At("column", "error.required"))
	}
	names[0] = string(bytes.TrimPrefix([]byte(names[0]), []byte("\ufeff")))
	place := slices.Index(names, s.column)
	if place < 0 {
		return errs.InvalidFields(errs.At("column", "error.unknown_member"))
	}
	width := len(names)
	if s.denied {
		names = append(slices.Clone(names), "reasons")
	}
	if err := w.Write(names); err != nil {
		return err
	}
	for {
		bounded.left = maxLine
		cells, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &wrong):
			cells = nil
		case err != nil:
			return err
		}
		name := ""
		if len(cells) == width {
			name = cells[place]
		} else {
			cells = make([]string, width) // what cannot be read is not repeated
		}
		pass, why, err := s.judge(ctx, name)
		if err != nil {
			return err
		}
		if s.denied && pass {
			cells = append(slices.Clone(cells), spaced(why))
		}
		if !pass {
			continue
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
}

// spaced is how one cell holds reasons, none of which has a space.
func spaced(why []decision.Reason) string {
	text := string(why[0])
	for _, r := range why[1:] {
		text += " " + string(r)
	}
	return text
}

// A boundedReader ends with an error when one record asks for more than left.
type boundedReader struct {
	in   io.Reader
	left int
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errs.InvalidFields(errs.At("", "error.too_long", "max", maxLine))
	}
	n, err := b.in.Read(p)
	b.left -= n
	return n, err
}

// noteFilter records that a system had a list filtered. Who was on it stands
// nowhere.
func (a *API) noteFilter(ctx context.Context, who *caller, sum *summary) error {
	_, err := a.Store.Commit(ctx, ledger.Change{
		At: a.Clock.Now(), Actor: ledger.Actor{Kind: ledger.BySystem, ID: who.system.Name}, Brand: who.brand,
		Entries: []ledger.Draft{{Kind: ListFiltered, Payload: sum}},
	})
	return err
}
