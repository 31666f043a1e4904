package fed

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"unicode"

	"embraye/internal/draw"
	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

// icons remembers what was drawn: a picture depends on its label alone, so it
// is drawn once in the life of the process.
type icons struct {
	mu    sync.Mutex
	drawn map[string][]byte
}

func newIcons() *icons { return &icons{drawn: map[string][]byte{}} }

// get draws the icon with a label: the number of a measure, a letter.
func (i *icons) get(label string) ([]byte, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if picture, ok := i.drawn[label]; ok {
		return picture, nil
	}
	picture, err := draw.Icon(label)
	if err == nil {
		i.drawn[label] = picture
	}
	return picture, err
}

// icon is the drawn picture of an actor.
func (h *Handler) icon(ctx context.Context, v *answer.View) (*answer.Answer, error) {
	handle, err := answer.HandleOf(v.Param("handle"))
	if err != nil {
		return nil, err
	}
	page, err := h.pages.ActorPage(ctx, handle)
	if err != nil {
		return nil, err
	}
	picture, err := h.icons.get(iconLabel(page.Actor))
	if err != nil {
		return nil, err
	}
	return answer.New(http.StatusOK, "image/png", picture).Bare().KeptForADay(), nil
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
