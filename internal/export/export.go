// Package export owns what leaves an instance as files and feeds, and what
// comes in as a spreadsheet: constats.csv and constats.json, Atom and JSON
// Feed, the table that editors import as drafts.
//
// What always holds: the columns of Row are a published contract and change by
// addition only; a withdrawn constat keeps its ids, dates and reason and loses
// every word that it said; a cell never starts a formula in a spreadsheet; a
// feed is well-formed for a strict parser and carries nothing that runs. The
// package does no input or output of its own: it writes to and reads from what
// it is given.
//
// Start reading at row.go (what is published), then feed.go, then import.go.
package export
