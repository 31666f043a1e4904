package check

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/httpsig"
	"embraye/internal/remote"
	"embraye/internal/web/answer"
)

// Body is how much is sent to see that uploads get through: more than what nginx
// takes unless it is told otherwise.
const Body = 3 << 19

// Upload is how much is announced besides: the largest file, and its form.
const Upload = 41 << 20

// Post sends ourselves a signed message through the public name, and reads from the
// answer what came of it on the way.
func (s Site) Post(ctx context.Context, signer httpsig.Signer) []Finding {
	return s.post(ctx, signer, embraye.IRI(s.Base+answer.SelfCheckPath), s.Base)
}

func (s Site) post(ctx context.Context, signer httpsig.Signer, address embraye.IRI, base string) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	if status, err := s.Client.WouldTake(ctx, address, Upload); err == nil && status == http.StatusRequestEntityTooLarge {
		return []Finding{found("post", "an upload of %d bytes to ourselves would be answered %d %s", int64(Upload), status, http.StatusText(status)).but(Error, "%s", remedyOf(status))}
	}
	a, said, err := s.Client.PostToOurselves(ctx, remote.Delivery{Inbox: address, Body: []byte(strings.Repeat(" ", Body)), Signer: signer, Scheme: httpsig.Cavage})
	switch {
	case err != nil:
		return []Finding{unreached("post", "sending a signed message to ourselves fails", err)}
	case a.Status == http.StatusUnauthorized:
		return []Finding{found("post", "a signed message to ourselves arrives with a signature that is not good any more").but(Error,
			"let nothing on the way change the headers Host, Date, Digest and Signature, the path or the body; and see the finding clock")}
	case a.Status != http.StatusOK:
		return []Finding{found("post", "a signed message of %d bytes to ourselves is answered %d %s", Body, a.Status, http.StatusText(a.Status)).but(Error, "%s", remedyOf(a.Status))}
	}
	var came answer.Arrival
	if err := json.Unmarshal(said, &came); err != nil || came.Bytes != Body {
		return []Finding{found("post", "something else answers at %s", address).but(Error, "%s", remedyOf(0))}
	}
	list := []Finding{ok("post", "a signed message of %d bytes to ourselves arrives whole, for %s", came.Bytes, came.Host), forwarded(came, base)}
	if !a.Date.IsZero() {
		list = append(list, Clock("our public name", s.Now(), a.Date))
	}
	return list
}

// forwarded judges what the proxy says of its clients.
func forwarded(a answer.Arrival, base string) Finding {
	switch {
	case len(a.For) == 0 && strings.HasPrefix(base, "http://"):
		return skipped("proxy", "there is no proxy")
	case len(a.For) == 0:
		return found("proxy", "the proxy at %s does not say for whom it asks", a.Peer).but(Warning,
			"let it send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $remote_addr), or all readers share one address in the limits")
	case !a.Trusted:
		return found("proxy", "the proxy at %s is not known, so all readers share its address in the limits", a.Peer).but(Error, "add it to EMBRAYE_TRUSTED_PROXIES")
	case len(a.Proto) != 1 || !strings.HasPrefix(base, a.Proto[0]+"://"):
		return found("proxy", "the proxy says that it was asked by %s", strings.Join(a.Proto, ", ")).but(Warning,
			"let it send X-Forwarded-Proto (nginx: proxy_set_header X-Forwarded-Proto $scheme)")
	}
	return ok("proxy", "the proxy keeps the name and says for whom it asks (%s)", a.Client)
}
