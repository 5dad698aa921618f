// Package floor is the least that an answer of the product can cost on this
// machine: the same database, framework and page library with nothing of the
// product between them. The bench command divides by it.
//
// A floor keeps one row where the product keeps several, seals nothing, knows
// nobody and writes no ledger. It is kept as fast as plain code can be: a slow
// floor would flatter the product.
package floor
