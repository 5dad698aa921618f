package workbook

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A style is what we have to know of how a number is shown: whether it is a
// date, and how many digits it has at least.
type style struct {
	date   bool
	digits int
}

// readStyles reads the styles of cells.
func (b *Book) readStyles(name string) error {
	if b.parts[name] == nil {
		return nil
	}
	var w struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.decode(name, &w); err != nil {
		return err
	}
	own := map[int]style{}
	for _, f := range w.Formats {
		own[f.ID] = styleOf(f.Code)
	}
	for _, c := range w.Cells {
		s, ok := own[c.Format]
		if !ok {
			s.date = builtInDate(c.Format)
		}
		b.styles = append(b.styles, s)
	}
	return nil
}

// builtInDate tells whether a format that has no code in the file shows a date
// (ECMA-376-1, 18.8.30, those of East Asian editions too).
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 50 && id <= 58
}

// literal are the parts of a code that stand for themselves, colours and
// conditions, and times that are spans and no moments.
var literal = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)

func styleOf(code string) style {
	code, _, _ = strings.Cut(literal.ReplaceAllString(code, ""), ";")
	code = strings.ToLower(strings.TrimSpace(code))
	if code != "" && strings.Trim(code, "0") == "" {
		return style{digits: len(code)}
	}
	return style{date: code != "general" && strings.ContainsAny(code, "yd")}
}

// number returns a number as a cell holds it in its shortest form with the 15
// digits that spreadsheets keep, "" when it is none.
func number(value string) string {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e30 {
		return ""
	}
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// pad puts the noughts before a number that its format shows: those of
// postcodes.
func (s style) pad(number string) string {
	if n := s.digits - len(number); n > 0 && !strings.ContainsAny(number, ".-") {
		return strings.Repeat("0", n) + number
	}
	return number
}

// lastDay is the number of 9999-12-31.
const lastDay = 2_958_465

// day returns the date that a number stands for, with the time where there is
// one; "" for a number that is no date.
func day(value string, old bool) string {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || !(f >= 1 && f < lastDay+1) {
		return ""
	}
	// Spreadsheets have a 29 February 1900, which never was: before it, days
	// count from one day later.
	begin := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case old:
		begin = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case f < 60:
		begin = begin.AddDate(0, 0, 1)
	}
	whole, part := math.Modf(f)
	t := begin.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	if part == 0 {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05")
}
