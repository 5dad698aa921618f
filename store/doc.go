// Package store keeps everything in SQLite or PostgreSQL. It is the only
// package that speaks SQL, and fills the small Store interfaces of the rule
// packages.
//
// What it promises, on both engines:
//
//   - A ledger.Change is written whole or not at all, and a write method
//     returns nil only after the change is on disk (invariant 2).
//   - Two changes decided on the same version of a subject cannot both be
//     written: the second gets errs.Conflict.
//   - Personal columns are sealed with the subject's key before they are handed
//     to the driver, bound to table, row and column (invariant 3).
//   - Within a lane, ledger entries commit in the order of their sequence.
//
// The SQL is one text for both engines; dialect.go holds the few differences.
// SQLite has one writer that commits concurrent changes in groups (group.go).
package store
