// Package intake reads the files of source systems: it turns each row into an
// Item, the identifiers, claims and consents of one person, and hands batches
// of them to a Sink, which finds the person and writes the change.
//
// What a column means stands in a Map, one YAML file for each kind of export.
// A file that does not fit its map is refused before any row is read. A row
// that cannot be used is named and set aside and never stops the others, and
// the same file read twice changes nothing the second time.
//
// A file is read as a stream, in memory that does not grow with it. Errors and
// reports name lines, columns and reasons and never what a cell holds; only the
// file of rejected rows has the rows as they were, for the operator whose data
// they are.
//
// Cells that look like formulas of a spreadsheet are text: they are kept as
// they are and never evaluated. Whoever writes them into a file for
// spreadsheets has to guard them there.
package intake
