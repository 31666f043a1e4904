package page

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"embraye/internal/embraye"
	"embraye/internal/web/answer"
)

//go:embed assets
var assetFiles embed.FS

// An Asset is a file that pages load: the stylesheet, a small script. Its
// address changes with its bytes, so browsers keep it for good.
type Asset struct {
	Path      string // /assets/style-1a2b3c4d5e6f.css
	Integrity string // sha256-…, for the link that loads it
	Size      int
	answer    *answer.Answer
}

// assets are all files of the folder, by name and by path.
type assets struct {
	byName, byPath map[string]*Asset
}

// assetTypes are the media types of assets: the system's table is long, and
// differs between systems.
var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

func loadAssets(source fs.FS) (*assets, error) {
	all := &assets{map[string]*Asset{}, map[string]*Asset{}}
	names, err := fs.Glob(source, "assets/*.*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, err
		}
		base, ext := path.Base(name), path.Ext(name)
		kind := assetTypes[ext]
		if kind == "" {
			return nil, fmt.Errorf("asset %s has no media type", base)
		}
		sum := sha256.Sum256(body)
		a := &Asset{
			Path:      "/assets/" + strings.TrimSuffix(base, ext) + "-" + hex.EncodeToString(sum[:6]) + ext,
			Integrity: "sha256-" + base64.StdEncoding.EncodeToString(sum[:]),
			Size:      len(body),
			answer:    answer.New(http.StatusOK, kind, body).KeptForGood(),
		}
		all.byName[base], all.byPath[a.Path] = a, a
	}
	return all, nil
}

// Asset is one file under its present address; an address of the past is gone.
func (h *Frame) Asset(_ context.Context, v *answer.View) (*answer.Answer, error) {
	a, ok := h.assets.byPath[v.Path]
	if !ok {
		return nil, fmt.Errorf("web: asset %.80q: %w", v.Path, embraye.ErrNotFound)
	}
	return a.answer, nil
}
