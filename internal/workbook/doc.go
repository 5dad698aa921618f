// Package workbook reads the rows of a spreadsheet, as Excel and others save it
// (Office Open XML, ECMA-376), from the first sheet that is shown.
//
// The sheet is read as a stream; only the table of strings is held in memory,
// and nothing is unpacked to disk. Whatever the file claims about its sizes,
// what is read of it is bounded. A sheet that ends too early is an error and
// never a short sheet.
//
// A cell comes with what it is: text, an exact number or date, a formula or an
// error. Dates and numbers are in one form however the sheet shows them. What a
// formula once came to is not believed here; that is for the caller to refuse.
package workbook
