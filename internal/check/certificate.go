package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"
)

// How long before its end a certificate should have been renewed: Let's Encrypt's
// programs do it 30 days before.
const (
	certificateLate   = 21 * 24 * time.Hour
	certificateUrgent = 7 * 24 * time.Hour
)

// TLS is how a certificate is looked at.
type TLS struct {
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Roots *x509.CertPool // nil: those of the system
	Now   time.Time
}

// Certificate looks at what a host on port 443 shows.
func (t TLS) Certificate(ctx context.Context, host, port string) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := t.Dial(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return found("tls", "nobody answers at %s, port %s: %v", host, port, err).but(Error, "start the proxy, let the firewall pass ports 80 and 443, and see that the name leads here")
	}
	defer conn.Close()
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: t.Roots, MinVersion: tls.VersionTLS12, Time: func() time.Time { return t.Now }})
	if err := secure.HandshakeContext(ctx); err != nil {
		return refusedCertificate(host, err)
	}
	end := secure.ConnectionState().PeerCertificates[0].NotAfter
	f := found("tls", "the certificate of %s is good until %s", host, end.UTC().Format(time.DateOnly))
	const renew = "renew it now, and look why that does not happen by itself (certbot renew --dry-run)"
	switch left := end.Sub(t.Now); {
	case left < certificateUrgent:
		return f.but(Error, renew)
	case left < certificateLate:
		return f.but(Warning, renew)
	}
	return f
}

// refusedCertificate says why others refuse to speak to the host.
func refusedCertificate(host string, err error) Finding {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name):
		return found("tls", "the certificate at %s is for another name: %v", host, name).but(Error, "get a certificate for %s and name it in the proxy", host)
	case errors.As(err, &unknown):
		return found("tls", "the certificate of %s is of nobody whom others trust: %v", host, unknown).but(Error,
			"let the proxy send the whole chain (fullchain.pem, not cert.pem), of an authority that everybody trusts")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return found("tls", "the certificate of %s is over, or not valid yet: %v", host, invalid).but(Error, "renew it, and see that the clock of this machine is right")
	}
	return found("tls", "%s does not speak TLS as others want it: %v", host, err).but(Error, "let the proxy speak TLS 1.2 or 1.3 at this port")
}
