// Package apptest is what the tests of several rooms share: an instance with
// people in it, on each kind of database, and what they do there.
package apptest
