package intake

import "time"

// A Report says what an import did. It names lines and columns of the file and
// no contents.
type Report struct {
	Map     string
	Charset string // that the file was read in; "" for one that has none

	Rows      int // that the file has, the header not counted
	Resumed   int // of them, those that were done before the import was cut off
	Created   int // about somebody new
	Merged    int // about somebody known, but not by this record: it is joined with theirs
	Changed   int
	Unchanged int
	Refused   int // rows set aside
	Warnings  int // rows and cells that were taken only in part

	// Rejects and Notes name the refused rows and the warnings in the order of
	// the file, up to MaxNamed of each.
	Rejects []Reject
	Notes   []Reject

	Unread  []string // columns of the file that the map does not know
	Missing []string // columns of the map, none of them required, that the file does not have
	LeftOut []string // fields and purposes of the map that the organisation has no place for

	Bytes   int64
	Elapsed time.Duration
}

// MaxNamed is how many rejects and how many notes a Report keeps. The file of
// rejected rows has all.
const MaxNamed = 1000

// A Reject names a row or a cell that was not taken, and why.
type Reject struct {
	Line int
	Fault
}

// count counts what became of an item, and returns the fault of one that the
// sink did not take.
func (r *Report) count(line int, o Outcome, column func(field string) string) *Fault {
	switch o.Result {
	case Created:
		r.Created++
	case Merged:
		r.Merged++
	case Changed:
		r.Changed++
	case Unchanged:
		r.Unchanged++
	case Rejected:
		return &Fault{Reason: o.Reason}
	}
	if o.Reason != "" {
		r.warn(line, Fault{Reason: o.Reason})
	}
	for _, n := range o.NotTaken {
		r.warn(line, Fault{Column: column(n.Field), Reason: n.Reason})
	}
	return nil
}

func (r *Report) refuse(line int, f Fault) {
	r.Refused++
	if len(r.Rejects) < MaxNamed {
		r.Rejects = append(r.Rejects, Reject{Line: line, Fault: f})
	}
}

func (r *Report) warn(line int, f Fault) {
	r.Warnings++
	if len(r.Notes) < MaxNamed {
		r.Notes = append(r.Notes, Reject{Line: line, Fault: f})
	}
}
