package web

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"embraye/internal/embraye"
)

// icon is the drawn picture of an actor.
func (h *Handler) icon(ctx context.Context, v *view) (*answer, error) {
	page, err := h.actorPage(ctx, v)
	if err != nil {
		return nil, err
	}
	picture, err := h.icons.get(page.Actor.Handle, iconLabel(page.Actor))
	if err != nil {
		return nil, err
	}
	a := bare(newAnswer(http.StatusOK, "image/png", picture))
	a.cacheControl = anyLimit
	return a, nil
}

// iconLabel is the measure's number, or the first letter of a name; the
// instance stands for the program.
func iconLabel(a embraye.Actor) string {
	if a.Kind == embraye.InstanceActor {
		return "E"
	}
	if a.Kind == embraye.MeasureActor {
		if number := strings.TrimLeftFunc(a.Measure, func(r rune) bool { return !unicode.IsDigit(r) }); number != "" && len(number) <= 2 {
			return number
		}
	}
	for _, r := range a.Name + a.Handle {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "E"
}
