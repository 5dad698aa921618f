// Package bench measures the product, and the floor of each figure, in turn in
// one run, so that a figure means the same on every machine: how many times
// what the database, the framework and the kernel cost by themselves.
//
// Product and floor run as processes of their own, so that the processor time
// of a request is the server's alone. The load comes from this process, over
// connections that stay open. docs/performance.md says how to read the result.
package bench
