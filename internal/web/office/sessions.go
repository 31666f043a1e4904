package office

import (
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// newSessions keeps sessions in the database. It is not made by scs.New, which
// starts a store in memory with a sweeper that never ends.
func newSessions(o *Office) *scs.SessionManager {
	m := &scs.SessionManager{
		Store: o.rooms.People.SessionStore(), Codec: scs.GobCodec{},
		IdleTimeout: sessionIdle, Lifetime: sessionLifetime,
		ErrorFunc: o.answers.Fail,
		Cookie:    scs.SessionCookie{Name: "embraye", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
	if strings.HasPrefix(o.site.Base, "https://") {
		m.Cookie.Name, m.Cookie.Secure = "__Host-embraye", true
	}
	return m
}

// How long a browser stays signed in: idle, and at most.
const (
	sessionIdle     = 7 * 24 * time.Hour
	sessionLifetime = 30 * 24 * time.Hour
)
