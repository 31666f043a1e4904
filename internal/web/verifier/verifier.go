// Package verifier has the page « Vérifier »: a reader gives an address or pastes
// a proof, and is told in plain words what it proves. The law is translog's, and
// nothing of it is kept.
//
// Start reading at Routes.
package verifier

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"embraye/internal/app"
	"embraye/internal/app/directory"
	"embraye/internal/app/witness"
	"embraye/internal/embraye"
	"embraye/internal/locale"
	"embraye/internal/translog"
	"embraye/internal/verify"
	"embraye/internal/web/answer"
	"embraye/internal/web/page"
)

// Options is what the page works with.
type Options struct {
	App       *app.App
	Directory *directory.Directory
	Witness   *witness.Room
	Own       Own
	Answers   *answer.Server
	Frame     *page.Frame
	Catalogue *locale.Catalogue
}

// Handler answers readers.
type Handler struct{ Options }

// New makes a Handler.
func New(o Options) *Handler { return &Handler{o} }

// Routes are the addresses of the page.
func (h *Handler) Routes(r answer.Routes) {
	r.Get("/verifier", h.form)
	r.Post("/verifier", h.verify)
}

//go:embed templates/*.html
var templateFiles embed.FS

// Templates are the pages.
func Templates() fs.FS {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// content is the form, and what came of it.
type content struct {
	Typed, Proof string
	Problem      string // a sentence
	Report       *verify.Report
	Outcome, Why string // words
}

// whole is the address that was given; one without a host is ours.
func (h *Handler) whole(address string) string {
	address = strings.TrimSpace(address)
	if strings.HasPrefix(address, "/") {
		return h.App.Site.Base + address
	}
	return address
}

// maxForm bounds the form: a proof is some kilobytes.
const maxForm = 256 << 10

func (h *Handler) form(w http.ResponseWriter, r *http.Request) {
	h.Frame.RememberLanguage(w, r)
	h.show(w, r, http.StatusOK, content{Typed: h.whole(r.URL.Query().Get("adresse"))})
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, status int, c content) {
	lang := h.Frame.LanguageOf(r)
	p := h.Frame.NewPage(&answer.View{Request: r, Key: answer.Key{Path: "/verifier", Face: answer.FacePage, Lang: lang}}, h.Catalogue.T(lang, "verify.title"))
	p.Description, p.Hidden = p.T("verify.lede"), true
	if c.Problem != "" {
		c.Problem = p.T(c.Problem)
	}
	if c.Report != nil {
		c.Outcome, c.Why = p.T("verify.outcome."+string(c.Report.Outcome)), p.T("verify.why."+c.Report.Why)
	}
	p.Content = c
	a, err := h.Frame.Render("verifier", status, p)
	if err != nil {
		h.Answers.Fail(w, r, err)
		return
	}
	a.Unkept().Write(w, r)
}

func (h *Handler) verify(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		h.Frame.ErrorPage(r, http.StatusBadRequest).Unkept().Write(w, r)
		return
	}
	c := content{Typed: h.whole(r.PostForm.Get("adresse")), Proof: r.PostForm.Get("preuve")}
	if c.Typed == "" && strings.TrimSpace(c.Proof) == "" {
		c.Problem = "verify.nothing"
		h.show(w, r, http.StatusUnprocessableEntity, c)
		return
	}
	var err error
	c.Report, err = h.report(r, c)
	switch {
	case errors.As(err, new(*embraye.TooMany)):
		answer.SetRetryAfter(w, err, http.StatusTooManyRequests)
		c.Problem = "verify.too_many"
		h.show(w, r, http.StatusTooManyRequests, c)
	case err != nil:
		h.Answers.Fail(w, r, err)
	default:
		h.show(w, r, http.StatusOK, c)
	}
}

// report verifies what was given: an address first.
func (h *Handler) report(r *http.Request, c content) (*verify.Report, error) {
	ctx := r.Context()
	policy, err := h.Witness.Policy(ctx)
	if err != nil {
		return nil, err
	}
	reader := verify.Reader{Policy: policy, Now: h.App.Now}
	if c.Typed == "" {
		return reader.Text(strings.ReplaceAll(c.Proof, "\r\n", "\n"), nil), nil
	}
	origin, act, ok := verify.Parse(c.Typed)
	if !ok || act.Kind == "" {
		return verify.Unverifiable(act, verify.NoAddress), nil
	}
	if origin == h.App.Site.Base {
		return reader.Act(ctx, h.Own, act, nil)
	}
	if err := errors.Join(h.Directory.AllowAsking(r.RemoteAddr), h.Directory.AllowFetch(embraye.IRI(origin).Host())); err != nil {
		return nil, err
	}
	web := verify.Web{Client: h.App.Remote}
	own, err := web.Own(ctx, origin)
	if errors.Is(err, embraye.ErrUnavailable) || ctx.Err() != nil {
		return nil, errors.Join(err, ctx.Err())
	}
	if err != nil {
		own = nil // the act itself says what cannot be had
	}
	return reader.Act(ctx, web, act, own)
}

// Log is what is read of our own log.
type Log interface {
	Proof(ctx context.Context, kind translog.Kind, id string, n int) (translog.Proof, []byte, error)
}

// Pages is where our own versions lie.
type Pages interface {
	ConstatPage(ctx context.Context, id string) (*embraye.ConstatPage, error)
	VersionPage(ctx context.Context, id string, number int) (*embraye.VersionPage, error)
	ReviewPage(ctx context.Context, id string) (*embraye.ReviewPage, error)
	ReviewVersionPage(ctx context.Context, id string, number int) (*embraye.ReviewVersionPage, error)
}

// Own is this instance as a source.
type Own struct {
	Log   Log
	Pages Pages
}

func idOf(a verify.Act) string { return a.ID[strings.LastIndexByte(a.ID, '/')+1:] }

// Latest is the version that stands.
func (o Own) Latest(ctx context.Context, a verify.Act) (int, error) {
	if a.Kind == translog.Review {
		p, err := o.Pages.ReviewPage(ctx, idOf(a))
		if err != nil {
			return 0, err
		}
		return p.Review.Revision, nil
	}
	p, err := o.Pages.ConstatPage(ctx, idOf(a))
	if err != nil {
		return 0, err
	}
	return p.Update.Revision, nil
}

// version is the bytes of a version and their salt; of one that was withdrawn,
// nothing.
func (o Own) version(ctx context.Context, a verify.Act) (wire, salt []byte, err error) {
	if a.Kind == translog.Review {
		p, err := o.Pages.ReviewVersionPage(ctx, idOf(a), a.N)
		if err != nil {
			return nil, nil, err
		}
		return p.Revision.Wire, p.Revision.Salt, waiting(p.Revision.Waits)
	}
	p, err := o.Pages.VersionPage(ctx, idOf(a), a.N)
	if err != nil {
		return nil, nil, err
	}
	return p.Revision.Wire, p.Revision.Salt, waiting(p.Revision.Waits)
}

func waiting(waits bool) error {
	if waits {
		return verify.ErrWaits
	}
	return nil
}

// Proof is the text of a proof.
func (o Own) Proof(ctx context.Context, a verify.Act) (string, error) {
	_, salt, err := o.version(ctx, a)
	if err != nil {
		return "", err
	}
	p, leaf, err := o.Log.Proof(ctx, a.Kind, a.ID, a.N)
	if err != nil {
		return "", err
	}
	p.Extra, err = translog.Extra(leaf, salt)
	return p.Text(), err
}

// Object is the bytes of a version.
func (o Own) Object(ctx context.Context, a verify.Act) ([]byte, error) {
	wire, _, err := o.version(ctx, a)
	if err == nil && len(wire) == 0 {
		err = fmt.Errorf("verifier: %s was withdrawn: %w", a.ID, embraye.ErrGone)
	}
	return wire, err
}
