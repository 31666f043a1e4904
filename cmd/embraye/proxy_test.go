package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"embraye/internal/check"
	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/logtest"
	"embraye/internal/storetest"
	"embraye/internal/web/answer"
)

const (
	proxied     = "suivi.example.org" // the name in the examples
	proxiedMail = "ada@example.org"
	proxiedPass = "un mot de passe assez long 42"
)

// The examples for nginx, Caddy and Apache are run as they stand, but for ports,
// certificate and upstream: a program behind each, over TCP and over a socket.
func TestProxyExamples(t *testing.T) {
	front := newFront(t)
	settings := []string{"EMBRAYE_DATA_DIR=" + filepath.Join(t.TempDir(), "data"), "EMBRAYE_BASE_URL=https://" + proxied, "EMBRAYE_TRUSTED_PROXIES=127.0.0.0/8"}
	for network, listen := range map[string]string{"tcp": freeAddress(t), "unix": "unix:" + filepath.Join(front.folder, "web.sock")} {
		t.Run(network, func(t *testing.T) {
			s := serveProcess(t, append(settings, "EMBRAYE_LISTEN="+listen)...)
			front.person(t, s)
			t.Run("proxies", func(t *testing.T) {
				for _, p := range proxyPrograms() {
					if p.tcp && network != "tcp" {
						continue
					}
					t.Run(p.name, func(t *testing.T) {
						t.Parallel()
						v := front.start(t, p, listen)
						v.redirects()
						v.keepsBytes(s)
						v.keepsSignatures(front.signer)
						v.takesALargeFileSlowly()
					})
				}
			})
			s.stop()
		})
	}
}

// proxyProgram is a proxy and how it is told to run an example in a folder.
type proxyProgram struct {
	name, program, example string
	sites                  func(example string) string // with the ports and paths of the test
	args                   func(f *front, folder string) (main string, args []string)
	tcp                    bool // has no example of a socket
}

func nginxArgs(f *front, folder string) (string, []string) {
	main := "daemon off; error_log stderr; pid PLACE/pid; " + f.asRoot("user root;") + ` events {} http { access_log off;
		client_body_temp_path PLACE/a; proxy_temp_path PLACE/b; fastcgi_temp_path PLACE/c; uwsgi_temp_path PLACE/d; scgi_temp_path PLACE/e; include PLACE/sites; }`
	return strings.ReplaceAll(main, "PLACE", folder), []string{"-p", folder, "-e", "stderr", "-c"}
}

func proxyPrograms() []proxyProgram {
	return []proxyProgram{
		{name: "nginx", program: "/usr/sbin/nginx", example: "nginx.example",
			sites: func(s string) string { return regexp.MustCompile(`(?m)^ *listen \[::\].*\n`).ReplaceAllString(s, "") },
			args:  nginxArgs},
		{name: "YunoHost", program: "/usr/sbin/nginx", example: "yunohost/conf/nginx.conf",
			sites: func(s string) string { // what YunoHost has around it
				return `server { listen 80; return 301 https://$host$request_uri; } server { listen 443 ssl http2; ssl_certificate /etc/letsencrypt/live/` + proxied +
					`/fullchain.pem; ssl_certificate_key /etc/letsencrypt/live/` + proxied + `/privkey.pem; ` + strings.ReplaceAll(s, "127.0.0.1:__PORT__", "127.0.0.1:8080") + "}"
			}, args: nginxArgs, tcp: true},
		{name: "Caddy", program: "/usr/bin/caddy", example: "caddy.example",
			sites: func(s string) string {
				return strings.Replace(s, "\n"+proxied+" {\n", "\n"+proxied+" {\n\ttls /etc/letsencrypt/live/"+proxied+"/fullchain.pem /etc/letsencrypt/live/"+proxied+"/privkey.pem\n", 1)
			},
			args: func(f *front, folder string) (string, []string) {
				return "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port HTTP\n\thttps_port HTTPS\n\tstorage file_system " + folder + "\n}\nimport " + folder + "/sites\n",
					[]string{"run", "--adapter", "caddyfile", "--config"}
			}},
		{name: "Apache", program: "/usr/sbin/apache2", example: "apache.example",
			sites: func(s string) string { return s },
			args: func(f *front, folder string) (string, []string) {
				main := "ServerRoot PLACE\nServerName localhost\nPidFile PLACE/pid\nErrorLog /dev/stderr\nDefaultRuntimeDir PLACE\nListen 127.0.0.1:HTTP\nListen 127.0.0.1:HTTPS\n" + f.asRoot("User nobody\nGroup root\n")
				for _, module := range strings.Fields("mpm_event authz_core alias headers socache_shmcb ssl http2 proxy proxy_http") {
					main += "LoadModule " + module + "_module /usr/lib/apache2/modules/mod_" + module + ".so\n"
				}
				return strings.ReplaceAll(main, "PLACE", folder) + "Include " + folder + "/sites\n", []string{"-D", "FOREGROUND", "-f"}
			}},
	}
}

// front is what all proxies of the test have: an authority of its own, which has
// certified the name, and the key of the instance behind.
type front struct {
	folder string // that a proxy with a user of its own reaches
	trust  *x509.CertPool
	signer httpsig.Signer
}

func newFront(t *testing.T) *front {
	f := &front{folder: t.TempDir(), trust: x509.NewCertPool()}
	for _, folder := range []string{f.folder, filepath.Dir(f.folder)} {
		if err := os.Chmod(folder, 0o711); err != nil { // Apache gives up root's rights
			t.Fatal(err)
		}
	}
	f.certify(t)
	return f
}

// certify makes an authority, which the test trusts, and has it certify the name.
func (f *front) certify(t *testing.T) {
	t.Helper()
	var keys [2]*ecdsa.PrivateKey
	var made [2][]byte
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority of the test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	parent := template
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
			made[i], err = x509.CreateCertificate(rand.Reader, template, parent, keys[i].Public(), keys[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		template = &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{proxied}, NotAfter: template.NotAfter}
	}
	private, err := x509.MarshalPKCS8PrivateKey(keys[1])
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, "privkey.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	f.write(t, "fullchain.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made[1]}))
	f.trust.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made[0]}))
}

func (f *front) write(t *testing.T, name string, data []byte) (path string) {
	t.Helper()
	path = filepath.Join(f.folder, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (f *front) asRoot(lines string) string {
	if os.Getuid() == 0 {
		return lines
	}
	return ""
}

// person makes an editor, once, and takes the key of the instance.
func (f *front) person(t *testing.T, s *server) {
	t.Helper()
	if f.signer.Key != nil {
		return
	}
	cmd := exec.Command("embraye", "user", "add", "--email", proxiedMail, "--name", "Ada", "--role", "editor", "--password-stdin")
	cmd.Env, cmd.Stdin = s.env, strings.NewReader(proxiedPass+"\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	withInstance(t, "", s.env, func(i *wired) error {
		var err error
		f.signer, err = i.Organisation.Signer(context.Background(), embraye.InstanceHandle)
		return err
	})
}

// start runs a proxy with its example in front of the program.
func (f *front) start(t *testing.T, p proxyProgram, upstream string) *proxyVisitor {
	t.Helper()
	if _, err := exec.LookPath(p.program); err != nil {
		storetest.Require(t, "proxies", err.Error())
	}
	example, err := os.ReadFile(filepath.Join("..", "..", "configs", p.example))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(f.folder, strings.ReplaceAll(t.Name(), "/", "-"))
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	v := &proxyVisitor{t: t, plain: freeAddress(t), secure: freeAddress(t)}
	main, args := p.args(f, folder)
	to := strings.NewReplacer("/etc/letsencrypt/live/"+proxied, f.folder, "/var/www/letsencrypt", folder,
		"listen 80;", "listen "+v.plain+";", "listen 443 ", "listen "+v.secure+" ", "*:80", v.plain, "*:443", v.secure)
	sites := reaching(to.Replace(p.sites(string(example))), upstream)
	_, http, _ := net.SplitHostPort(v.plain)
	_, https, _ := net.SplitHostPort(v.secure)
	main = strings.NewReplacer("HTTPS", https, "HTTP", http).Replace(main)
	f.write(t, filepath.Join(filepath.Base(folder), "sites"), []byte(sites))
	cmd := exec.Command(p.program, append(args, f.write(t, filepath.Join(filepath.Base(folder), "main"), []byte(main)))...)
	said := &logtest.Log{}
	cmd.Stdout, cmd.Stderr, cmd.Env = said, said, append(os.Environ(), "HOME="+folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(patience):
			cmd.Process.Kill()
			t.Errorf("%s does not end", p.name)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, said)
		}
	})
	eventually(t, p.name+" listens", func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended:\n%s", p.name, said)
		default:
		}
		return accepts(v.secure) && accepts(v.plain) // Caddy opens one after the other
	})
	v.enter(f)
	return v
}

// accepts reports whether somebody listens at an address.
func accepts(address string) bool {
	conn, err := net.Dial("tcp", address)
	return err == nil && conn.Close() == nil
}

// reaching writes where the program listens into an example: each says by itself
// how it is done with a socket.
func reaching(sites, upstream string) string {
	path, socket := strings.CutPrefix(upstream, "unix:")
	if !socket {
		return strings.ReplaceAll(sites, "127.0.0.1:8080", upstream)
	}
	for _, line := range strings.Split(sites, "\n") { // the line with TCP gives way to the one below it
		if with, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok && strings.Contains(with, "/run/embraye/web.sock") && !strings.Contains(with, "EMBRAYE_LISTEN") {
			sites = regexp.MustCompile(`(?m)^[^#\n]*127\.0\.0\.1:8080.*$`).ReplaceAllLiteralString(sites, with)
		}
	}
	return strings.ReplaceAll(sites, "/run/embraye/web.sock", path)
}

// proxyVisitor asks a proxy for the name, whatever its port is.
type proxyVisitor struct {
	t             *testing.T
	plain, secure string // addresses
	client        *http.Client
}

func (v *proxyVisitor) enter(f *front) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Fatal(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		to := v.secure
		if strings.HasSuffix(address, ":80") {
			to = v.plain
		}
		return new(net.Dialer).DialContext(ctx, network, to)
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: f.trust}, ForceAttemptHTTP2: true}
	v.t.Cleanup(transport.CloseIdleConnections)
	v.client = &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (v *proxyVisitor) do(r *http.Request) (*http.Response, []byte) {
	v.t.Helper()
	r.Header.Set("X-Forwarded-For", "203.0.113.9") // as visitors do who want to be somebody else
	r.Header.Set("X-Forwarded-Host", "other.example")
	r.Header.Set("X-Forwarded-Proto", "gopher")
	w, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return w, body
}

func (v *proxyVisitor) request(method, address string, body io.Reader, headers ...string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, address, body)
	if err != nil {
		v.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// redirects holds that http leads to the same address on https.
func (v *proxyVisitor) redirects() {
	v.t.Helper()
	w, _ := v.do(v.request("GET", "http://"+proxied+"/@mesure2?page=2", nil))
	if to := w.Header.Get("Location"); w.StatusCode/100 != 3 || to != "https://"+proxied+"/@mesure2?page=2" {
		v.t.Errorf("http: %s, to %q", w.Status, to)
	}
}

// keepsBytes holds that documents come over HTTP/2, byte for byte, with their
// type, and that a copy of them can be asked about again.
func (v *proxyVisitor) keepsBytes(s *server) {
	v.t.Helper()
	const kind = "application/activity+json"
	address := "https://" + proxied + "/actors/mesure2"
	network, to := "tcp", s.address
	if path, ok := strings.CutPrefix(s.address, "unix:"); ok {
		network, to = "unix", path
	}
	direct := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, to)
	}}
	defer direct.CloseIdleConnections()
	behind, err := direct.RoundTrip(v.request("GET", "http://"+proxied+"/actors/mesure2", nil, "Accept", kind))
	if err != nil {
		v.t.Fatal(err)
	}
	defer behind.Body.Close()
	want, err := io.ReadAll(behind.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	w, got := v.do(v.request("GET", address, nil, "Accept", kind))
	if w.StatusCode != 200 || w.ProtoMajor != 2 || !bytes.Equal(got, want) || w.Header.Get("Content-Type") != behind.Header.Get("Content-Type") {
		v.t.Errorf("%s %s %s:\n%s\nwant\n%s", w.Proto, w.Status, w.Header.Get("Content-Type"), got, want)
	}
	w, _ = v.do(v.request("GET", address, nil, "Accept", kind, "If-None-Match", w.Header.Get("ETag")))
	if w.StatusCode != http.StatusNotModified {
		v.t.Errorf("asked again with its ETag: %s", w.Status)
	}
	w, _ = v.do(v.request("GET", "https://"+proxied+"/.well-known/webfinger?resource=acct:mesure2@"+proxied, nil))
	if w.StatusCode != 200 || !strings.HasPrefix(w.Header.Get("Content-Type"), "application/jrd+json") {
		v.t.Errorf("WebFinger: %s %s", w.Status, w.Header.Get("Content-Type"))
	}
}

// keepsSignatures holds that a signed message arrives whole and as it was signed,
// and that the program hears for whom the proxy asks, from the proxy alone.
func (v *proxyVisitor) keepsSignatures(signer httpsig.Signer) {
	v.t.Helper()
	body := bytes.Repeat([]byte(" "), check.Body)
	for _, scheme := range []httpsig.Scheme{httpsig.Cavage, httpsig.RFC9421} {
		r := v.request("POST", "https://"+proxied+answer.SelfCheckPath, bytes.NewReader(body), "Content-Type", "application/activity+json")
		if err := httpsig.Sign(r, body, signer, scheme, time.Now()); err != nil {
			v.t.Fatal(err)
		}
		w, said := v.do(r)
		var a answer.Arrival
		if err := json.Unmarshal(said, &a); w.StatusCode != 200 || err != nil {
			v.t.Errorf("a signed message (%v): %s\n%s", scheme, w.Status, said)
			continue
		}
		if a.Bytes != len(body) || a.Host != proxied || a.Client != "127.0.0.1" || !a.Trusted || !slices.Equal(a.For, []string{"127.0.0.1"}) || !slices.Equal(a.Proto, []string{"https"}) {
			v.t.Errorf("a signed message (%v) arrives as %+v", scheme, a)
		}
	}
}

// takesALargeFileSlowly is an editor behind a slow line, with a file of 20 MB.
func (v *proxyVisitor) takesALargeFileSlowly() {
	v.t.Helper()
	origin := "https://" + proxied
	form := url.Values{"email": {proxiedMail}, "password": {proxiedPass}}
	w, said := v.do(v.request("POST", origin+"/login", strings.NewReader(form.Encode()), "Origin", origin, "Content-Type", "application/x-www-form-urlencoded"))
	if w.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("signing in: %s\n%s", w.Status, said)
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile("file", "rapport.pdf")
	if err == nil {
		_, err = io.WriteString(part, "%PDF-1.4\n"+v.t.Name()+strings.Repeat("\n% du texte", 2<<20)+"\n%%EOF\n")
	}
	if err = errors.Join(err, parts.Close()); err != nil {
		v.t.Fatal(err)
	}
	w, said = v.do(v.request("POST", origin+"/office/files", newSlow(v.t, &body), "Origin", origin, "Content-Type", parts.FormDataContentType()))
	if w.StatusCode != http.StatusCreated {
		v.t.Errorf("a file of 20 MB: %s\n%s", w.Status, said)
	}
}

// slow gives its first megabytes by pieces, one a tick.
type slow struct {
	r     io.Reader
	tick  *time.Ticker
	ticks int // left
}

func newSlow(t *testing.T, r io.Reader) *slow {
	s := &slow{r: r, tick: time.NewTicker(10 * time.Millisecond), ticks: 150}
	t.Cleanup(s.tick.Stop)
	return s
}

func (s *slow) Read(p []byte) (int, error) {
	if s.ticks > 0 {
		<-s.tick.C
		s.ticks--
		p = p[:min(len(p), 16<<10)]
	}
	return s.r.Read(p)
}
