// Package openssl has RSA signatures made by the machine's OpenSSL, which takes a
// third of the time that Go does. It is in programs that are built with the tag
// openssl, which then need glibc: the package for Debian is. In others Signing is
// nil, and Go signs.
//
// One rule holds: a signature of OpenSSL is one that Go verifies. Each key proves it
// once before it is used; without the library, or if it fails, Go signs.
package openssl
