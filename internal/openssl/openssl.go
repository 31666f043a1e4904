//go:build openssl && linux && (amd64 || arm64)

package openssl

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"

	"github.com/ebitengine/purego"
)

// libcrypto is what we use of OpenSSL 3. Pointers of C are numbers here.
type libcrypto struct {
	version     string
	calls       chan struct{} // as many at once as there are processors: each holds a thread
	readKey     func(key uintptr, der **byte, length int) uintptr
	freeKey     func(key uintptr)
	newContext  func(key, engine uintptr) uintptr
	freeContext func(context uintptr)
	begin       func(context uintptr) int32
	setPadding  func(context uintptr, padding int32) int32
	setDigest   func(context, digest uintptr) int32
	sign        func(context uintptr, signature *byte, length *uint, digest *byte, digestLength uint) int32
	sha256      func() uintptr
}

// Signing is what makes a key of Go one of OpenSSL. A key whose signature Go does
// not verify stays Go's, which is logged.
func Signing(log *slog.Logger) func(*rsa.PrivateKey) crypto.Signer {
	l, err := load()
	if err != nil {
		log.Warn("OpenSSL cannot be used: signatures are made by Go, at a third of the speed", "err", err)
		return nil
	}
	log.Info("RSA signatures are made by OpenSSL", "version", l.version)
	return func(own *rsa.PrivateKey) crypto.Signer {
		k, err := l.key(own)
		if err != nil {
			log.Warn("OpenSSL does not sign with a key: Go does, at a third of the speed", "err", err)
			return own
		}
		return k
	}
}

// load opens libcrypto 3, of no other major version, and finds the functions.
func load() (l *libcrypto, err error) {
	lib, err := purego.Dlopen("libcrypto.so.3", purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	l = &libcrypto{calls: make(chan struct{}, runtime.GOMAXPROCS(0))}
	var major func() uint32
	var version func(what int32) string
	for name, function := range map[string]any{
		"OPENSSL_version_major": &major, "OpenSSL_version": &version,
		"d2i_AutoPrivateKey": &l.readKey, "EVP_PKEY_free": &l.freeKey, "EVP_PKEY_CTX_new": &l.newContext, "EVP_PKEY_CTX_free": &l.freeContext,
		"EVP_PKEY_sign_init": &l.begin, "EVP_PKEY_CTX_set_rsa_padding": &l.setPadding, "EVP_PKEY_CTX_set_signature_md": &l.setDigest, "EVP_PKEY_sign": &l.sign, "EVP_sha256": &l.sha256,
	} {
		address, err := purego.Dlsym(lib, name)
		if err != nil {
			return nil, err
		}
		purego.RegisterFunc(function, address)
	}
	if n := major(); n != 3 {
		return nil, fmt.Errorf("libcrypto.so.3 says that it is of version %d", n)
	}
	l.version = version(0)
	return l, nil
}

// key hands a key to OpenSSL and proves that it signs.
func (l *libcrypto) key(own *rsa.PrivateKey) (*key, error) {
	der := x509.MarshalPKCS1PrivateKey(own)
	if len(der) == 0 {
		return nil, errors.New("the key is no common one")
	}
	var pinned runtime.Pinner
	defer pinned.Unpin()
	first := &der[0]
	pinned.Pin(first)
	k := &key{l: l, own: own, evp: l.readKey(0, &first, len(der))}
	if k.evp == 0 {
		return nil, errors.New("OpenSSL does not read the key")
	}
	runtime.AddCleanup(k, l.freeKey, k.evp)
	digest := sha256.Sum256([]byte("Does it sign?"))
	signature, err := k.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return k, rsa.VerifyPKCS1v15(&own.PublicKey, crypto.SHA256, digest[:], signature)
}

// key is a private key that signs SHA-256 with PKCS #1 v1.5 by OpenSSL, and all
// else by Go.
type key struct {
	l   *libcrypto
	own *rsa.PrivateKey
	evp uintptr // EVP_PKEY, which many may sign with at once
}

func (k *key) Public() crypto.PublicKey { return k.own.Public() }

func (k *key) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts.HashFunc() != crypto.SHA256 || len(digest) != sha256.Size {
		return k.own.Sign(random, digest, opts)
	}
	k.l.calls <- struct{}{}
	defer func() { <-k.l.calls }()
	defer runtime.KeepAlive(k)
	return k.l.signPKCS1(k.evp, digest, k.own.Size())
}

const pkcs1Padding = 1 // RSA_PKCS1_PADDING

func (l *libcrypto) signPKCS1(evp uintptr, digest []byte, size int) ([]byte, error) {
	context := l.newContext(evp, 0)
	if context == 0 {
		return nil, errors.New("openssl: no memory for a signature")
	}
	defer l.freeContext(context)
	if l.begin(context) != 1 || l.setPadding(context, pkcs1Padding) != 1 || l.setDigest(context, l.sha256()) != 1 {
		return nil, errors.New("openssl: a signature of the kind that is wanted cannot be made")
	}
	signature, length := make([]byte, size), uint(size)
	if l.sign(context, &signature[0], &length, &digest[0], uint(len(digest))) != 1 || length != uint(size) {
		return nil, errors.New("openssl: no signature was made")
	}
	return signature, nil
}
