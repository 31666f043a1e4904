package draw

import (
	"errors"
	"image"
	"image/draw"

	"embraye/internal/embraye"
	"embraye/internal/locale"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Size of a card: what Open Graph's readers agree on.
const (
	CardWidth  = 1200
	CardHeight = 630
)

// CardInput is what a page's preview says.
type CardInput struct {
	Words        *locale.Catalogue
	Lang         string
	Heading      string        // above the title: « Mesure 2 · Institutions »
	Title        string        // of the constat, the measure or the page
	Stage        embraye.Stage // empty where no single stage may stand for the page
	Line         string        // instead of the stage: the answer in words, a description; may be empty
	Place        string        // beside the stage: « Bretagne »
	Organisation string        // who says so
}

const (
	cardMargin = 72
	cardRoom   = CardWidth - 2*cardMargin
)

// Card draws the preview of a page: who speaks, about which measure, what they
// say, and the stage as shape, colour and word.
func Card(in CardInput) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, CardWidth, CardHeight))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(paint(paper)), image.Point{}, draw.Src)
	ground, shape := accent, paper
	if in.Stage != "" {
		ground, shape = stageColours(known(in.Stage))
	}
	err := errors.Join(cardHead(picture, in), cardBody(picture, in), cardFoot(picture, in, ground, shape))
	if err != nil {
		return nil, err
	}
	return encode(picture, [2]string{paper, ink}, [2]string{paper, soft}, [2]string{paper, accent},
		[2]string{paper, ground}, [2]string{ground, shape}, [2]string{paper, rule})
}

// cardHead is the masthead: mark, name, organisation, rule.
func cardHead(picture *image.RGBA, in CardInput) error {
	bold, errBold := newLetters(gobold.TTF, 36)
	plain, errPlain := newLetters(goregular.TTF, 30)
	if err := errors.Join(errBold, errPlain); err != nil {
		return err
	}
	if err := fillPath(picture, MarkPath, markGrid, 2, cardMargin, 58, paint(accent)); err != nil {
		return err
	}
	x := bold.write(picture, in.Words.T(in.Lang, "site.name"), cardMargin+98, 95, paint(ink))
	plain.write(picture, plain.cut(in.Organisation, CardWidth-cardMargin-x-28), x+28, 94, paint(soft))
	draw.Draw(picture, image.Rect(cardMargin, 134, CardWidth-cardMargin, 140), image.NewUniform(paint(ink)), image.Point{}, draw.Src)
	return nil
}

// cardBody is the heading and the title, as large as its length allows.
func cardBody(picture *image.RGBA, in CardInput) error {
	plain, err := newLetters(goregular.TTF, 30)
	if err != nil {
		return err
	}
	plain.write(picture, plain.cut(in.Heading, cardRoom), cardMargin, 196, paint(soft))
	for _, size := range []int{64, 56, 48, 42} {
		bold, err := newLetters(gobold.TTF, float64(size))
		if err != nil {
			return err
		}
		room := 1 + (440-214-size)/(size*6/5) // lines between the heading and the foot
		lines, whole := bold.wrap(in.Title, cardRoom, room)
		if !whole && size > 42 {
			continue
		}
		for i, line := range lines {
			bold.write(picture, line, cardMargin, 214+size+i*size*6/5, paint(ink))
		}
		break
	}
	return nil
}

// cardFoot is the badge with the place beside it, or the line of words.
func cardFoot(picture *image.RGBA, in CardInput, ground, shape string) error {
	bold, errBold := newLetters(gobold.TTF, 36)
	plain, errPlain := newLetters(goregular.TTF, 34)
	if err := errors.Join(errBold, errPlain); err != nil {
		return err
	}
	if in.Stage == "" {
		lines, _ := plain.wrap(in.Line, cardRoom, 2)
		for i, line := range lines {
			plain.write(picture, line, cardMargin, 528+i*46-23*(len(lines)-1), paint(ink))
		}
		return nil
	}
	stage := known(in.Stage)
	word := in.Words.T(in.Lang, "stage."+string(stage))
	badge := image.Rect(cardMargin, 484, cardMargin+24+40+16+bold.width(word)+28, 484+74)
	if stage == embraye.NotAssessed { // an empty frame
		draw.Draw(picture, badge, image.NewUniform(paint(rule)), image.Point{}, draw.Src)
		draw.Draw(picture, badge.Inset(3), image.NewUniform(paint(ground)), image.Point{}, draw.Src)
	} else {
		draw.Draw(picture, badge, image.NewUniform(paint(ground)), image.Point{}, draw.Src)
	}
	if err := fillPath(picture, StagePath(stage), ShapeGrid, 2.5, cardMargin+24, 484+17, paint(shape)); err != nil {
		return err
	}
	bold.write(picture, word, cardMargin+24+40+16, 484+50, paint(shape))
	x := badge.Max.X + 32
	plain.write(picture, plain.cut(in.Place, CardWidth-cardMargin-x), x, 484+49, paint(ink))
	return nil
}
