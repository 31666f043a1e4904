package activitypub

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seen is what matters of an Incoming, for a table that fits on a screen.
type seen struct {
	Type, Actor, Object, ObjectType string
	Inner                           string // object of an embedded activity
	Target, Content, More           string
}

const (
	ourMeasure = "https://us.example/actors/mesure2"
	ourOrg     = "https://us.example/actors/organisation"
	ourNote    = "https://us.example/constats/01j"
	ourFollow  = "https://us.example/activities/01f"
	ann        = "https://m.example/users/ann"
	bo         = "https://g.example/users/bo"
	cy         = "https://h.example/@cy"
	ana        = "https://pt.example/accounts/ana"
	channel    = "https://pt.example/video-channels/jardin"
	eva        = "https://mk.example/users/9a"
	lea        = "https://ak.example/users/lea"
	zo         = "https://lm.example/u/zo"
	fay        = "https://sn.example/fay"
	gil        = "https://hk.example/u/gil"
	ub         = "https://ub.example"
	uid        = "https://nb.example/uid/7"
	hal        = "https://fy.example/ap/users/hal"
	boStatus   = bo + "/statuses/01JTXWBZ8Q4M7V2K5N3P6R9S0T"
	boBoost    = bo + "/statuses/01HTXWBZ8Q4M7V2K5N3P6R9S3C"
	cyPost     = cy + "/0196f2c4-5a10-7d31-9c55-2b8f6a1e4d70"
	video      = "https://pt.example/videos/watch/9c9d"
)

// peerMessages lists messages of Mastodon and of other servers, and of the programs
// that were followed through since (N07): what they send, and what we understand.
var peerMessages = map[string]seen{
	"mastodon/follow":        {Type: "Follow", Actor: ann, Object: ourMeasure},
	"mastodon/accept":        {Type: "Accept", Actor: ann, Object: ourFollow, ObjectType: "Follow", Inner: ann},
	"mastodon/like":          {Type: "Like", Actor: ann, Object: ourNote},
	"mastodon/announce":      {Type: "Announce", Actor: ann, Object: ourNote},
	"mastodon/create":        {Type: "Create", Actor: ann, Object: ann + "/statuses/10", ObjectType: "Note", More: "fr reply public updated=false mentions=1"},
	"mastodon/update":        {Type: "Update", Actor: ann, Object: ann + "/statuses/10", ObjectType: "Note", More: "fr reply public updated=true mentions=1"},
	"mastodon/delete":        {Type: "Delete", Actor: ann, Object: ann + "/statuses/10", ObjectType: "Tombstone"},
	"mastodon/delete-actor":  {Type: "Delete", Actor: ann, Object: ann},
	"mastodon/undo-follow":   {Type: "Undo", Actor: ann, Object: "https://m.example/0f3c-5b2e", ObjectType: "Follow", Inner: ourMeasure},
	"mastodon/undo-announce": {Type: "Undo", Actor: ann, Object: ann + "/statuses/9/activity", ObjectType: "Announce", Inner: ourNote},
	"mastodon/flag":          {Type: "Flag", Actor: "https://m.example/actor", Object: ourMeasure, Content: "spam", More: "objects=2"},
	"mastodon/move":          {Type: "Move", Actor: ann, Object: ann, Target: "https://n.example/users/ann"},
	"mastodon/block":         {Type: "Block", Actor: ann, Object: ourMeasure},
	"mastodon/quote-request": {Type: "QuoteRequest", Actor: ann, Object: ourNote, More: "instrument " + ann + "/statuses/11"},
	"mastodon/create-quote":  {Type: "Create", Actor: ann, Object: ann + "/statuses/11", ObjectType: "Note", More: "fr public updated=false mentions=0 quote"},

	"gotosocial/follow":        {Type: "Follow", Actor: bo, Object: ourMeasure},
	"gotosocial/accept":        {Type: "Accept", Actor: bo, Object: ourFollow, ObjectType: "Follow", Inner: bo},
	"gotosocial/like":          {Type: "Like", Actor: bo, Object: ourNote},
	"gotosocial/announce":      {Type: "Announce", Actor: bo, Object: ourNote},
	"gotosocial/create":        {Type: "Create", Actor: bo, Object: boStatus, ObjectType: "Note", More: "fr reply public updated=false mentions=1"},
	"gotosocial/update":        {Type: "Update", Actor: bo, Object: boStatus, ObjectType: "Note", More: "fr reply public updated=true mentions=1"},
	"gotosocial/delete":        {Type: "Delete", Actor: bo, Object: boStatus},
	"gotosocial/delete-actor":  {Type: "Delete", Actor: bo, Object: bo},
	"gotosocial/undo-follow":   {Type: "Undo", Actor: bo, Object: bo + "/follow/01HTXWBZ8Q4M7V2K5N3P6R9S0T", ObjectType: "Follow", Inner: ourMeasure},
	"gotosocial/undo-announce": {Type: "Undo", Actor: bo, Object: boBoost, ObjectType: "Announce", Inner: ourNote},
	"gotosocial/flag":          {Type: "Flag", Actor: "https://g.example/users/g.example", Object: ourMeasure, Content: "spam"},
	"gotosocial/move":          {Type: "Move", Actor: bo, Object: bo, Target: "https://n.example/users/bo"},
	"gotosocial/block":         {Type: "Block", Actor: bo, Object: ourMeasure},

	"hollo/follow":        {Type: "Follow", Actor: cy, Object: ourMeasure},
	"hollo/accept":        {Type: "Accept", Actor: cy, Object: ourFollow, ObjectType: "Follow", Inner: cy},
	"hollo/create":        {Type: "Create", Actor: cy, Object: cyPost, ObjectType: "Note", More: "fr reply public updated=false mentions=1"},
	"hollo/announce":      {Type: "Announce", Actor: cy, Object: ourNote},
	"hollo/update":        {Type: "Update", Actor: cy, Object: cyPost, ObjectType: "Note", More: "fr reply public updated=true mentions=1"},
	"hollo/delete":        {Type: "Delete", Actor: cy, Object: cyPost, ObjectType: "Tombstone"},
	"hollo/delete-actor":  {Type: "Delete", Actor: cy, Object: cy, ObjectType: "Person"},
	"hollo/undo-follow":   {Type: "Undo", Actor: cy, Object: cy + "#follows/0196f2c4-5a11-7d31-9c55-2b8f6a1e4d71", ObjectType: "Follow", Inner: ourMeasure},
	"hollo/undo-announce": {Type: "Undo", Actor: cy, Object: cyPost + "#activity", ObjectType: "Announce", Inner: ourNote},
	"hollo/move":          {Type: "Move", Actor: cy, Object: cy, Target: "https://n.example/users/cy"},
	"hollo/block":         {Type: "Block", Actor: cy, Object: ourMeasure},
	"hollo/flag":          {Type: "Flag", Actor: cy, Object: ourNote, Content: "spam", More: "objects=2"},
	"hollo/emoji-react":   {Type: "EmojiReact", Actor: cy, Object: ourNote, Content: "X"},
	"mitra/like-emoji":    {Type: "Like", Actor: "https://mi.example/users/di", Object: ourNote, Content: "X"},

	"peertube/follow":       {Type: "Follow", Actor: "https://pt.example/accounts/peertube", Object: ourMeasure},
	"peertube/follow-user":  {Type: "Follow", Actor: ana, Object: ourMeasure},
	"peertube/accept":       {Type: "Accept", Actor: channel, Object: ourFollow, ObjectType: "Follow", Inner: channel},
	"peertube/announce":     {Type: "Announce", Actor: channel, Object: video},
	"peertube/create":       {Type: "Create", Actor: ana, Object: video + "/comments/8", ObjectType: "Note", More: " reply public updated=true mentions=1"},
	"peertube/update":       {Type: "Update", Actor: channel, Object: channel, ObjectType: "Group"},
	"peertube/delete":       {Type: "Delete", Actor: ana, Object: video},
	"peertube/delete-actor": {Type: "Delete", Actor: ana, Object: ana},
	"peertube/undo-follow":  {Type: "Undo", Actor: ana, Object: ana + "/follows/42", ObjectType: "Follow", Inner: ourMeasure},
	"peertube/flag":         {Type: "Flag", Actor: ana, Object: ourOrg, Content: "faux"},
	"peertube/view":         {Type: "View", Actor: "https://pt.example/accounts/peertube", More: "unknown"},

	"misskey/follow":       {Type: "Follow", Actor: eva, Object: ourMeasure},
	"misskey/accept":       {Type: "Accept", Actor: eva, Object: ourFollow, ObjectType: "Follow", Inner: eva},
	"misskey/like":         {Type: "Like", Actor: eva, Object: ourNote, Content: ":blobcat:"},
	"misskey/announce":     {Type: "Announce", Actor: eva, Object: ourNote},
	"misskey/create":       {Type: "Create", Actor: eva, Object: "https://mk.example/notes/9q", ObjectType: "Note", More: " reply public updated=false mentions=0"},
	"misskey/create-quote": {Type: "Create", Actor: eva, Object: "https://mk.example/notes/9t", ObjectType: "Note", More: " public updated=false mentions=0 quote"},
	"misskey/delete":       {Type: "Delete", Actor: eva, Object: "https://mk.example/notes/9q", ObjectType: "Tombstone"},
	"misskey/delete-actor": {Type: "Delete", Actor: eva, Object: eva},
	"misskey/update-actor": {Type: "Update", Actor: eva, Object: eva, ObjectType: "Person"},
	"misskey/undo-follow":  {Type: "Undo", Actor: eva, Object: "https://mk.example/follows/9f1", ObjectType: "Follow", Inner: ourMeasure},
	"misskey/flag":         {Type: "Flag", Actor: "https://mk.example/users/inst", Object: ourMeasure, Content: "spam"},
	"misskey/block":        {Type: "Block", Actor: eva, Object: ourMeasure},
	"misskey/move":         {Type: "Move", Actor: eva, Object: eva, Target: "https://new.example/users/1"},

	"akkoma/follow":           {Type: "Follow", Actor: lea, Object: ourMeasure},
	"akkoma/accept":           {Type: "Accept", Actor: lea, Object: ourFollow, ObjectType: "Follow", Inner: lea},
	"akkoma/like":             {Type: "Like", Actor: lea, Object: ourNote},
	"akkoma/emoji-react":      {Type: "EmojiReact", Actor: lea, Object: ourNote, Content: "👍"},
	"akkoma/undo-emoji-react": {Type: "Undo", Actor: lea, Object: "https://ak.example/activities/3"},
	"akkoma/undo-follow":      {Type: "Undo", Actor: lea, Object: "https://ak.example/activities/1", ObjectType: "Follow", Inner: ourMeasure},
	"akkoma/announce":         {Type: "Announce", Actor: lea, Object: ourNote},
	"akkoma/create":           {Type: "Create", Actor: lea, Object: "https://ak.example/objects/8", ObjectType: "Note", More: " reply public updated=false mentions=0"},
	"akkoma/flag":             {Type: "Flag", Actor: lea, Object: ourMeasure, Content: "faux", More: "objects=2"},
	"akkoma/block":            {Type: "Block", Actor: lea, Object: ourMeasure},
	"akkoma/delete-actor":     {Type: "Delete", Actor: lea, Object: lea},

	"lemmy/follow":          {Type: "Follow", Actor: zo, Object: ourMeasure},
	"lemmy/dislike":         {Type: "Dislike", Actor: zo, Object: ourNote},
	"lemmy/flag":            {Type: "Flag", Actor: zo, Object: ourNote, Content: "faux"},
	"lemmy/delete-actor":    {Type: "Delete", Actor: zo, Object: zo},
	"lemmy/block-community": {Type: "Block", Actor: "https://lm.example/u/mod", Object: ourMeasure, Target: "https://lm.example/c/c"},
	"lemmy/announce":        {Type: "Announce", Actor: "https://lm.example/c/c", Object: "https://lm.example/activities/like/7", ObjectType: "Like", Inner: ourNote},

	"snac/announce":      {Type: "Announce", Actor: fay, Object: ourNote},
	"snac/create":        {Type: "Create", Actor: fay, Object: fay + "/p/1764360003.000001", ObjectType: "Note", More: " reply public updated=false mentions=1"},
	"snac/follow":        {Type: "Follow", Actor: fay, Object: ourMeasure},
	"snac/like":          {Type: "Like", Actor: fay, Object: ourNote},
	"snac/undo-announce": {Type: "Undo", Actor: fay, Object: fay + "/d/1764360002.000001/Announce", ObjectType: "Announce", Inner: ourNote},
	"snac/undo-follow":   {Type: "Undo", Actor: fay, Object: fay + "/d/1764360000.000001/Follow", ObjectType: "Follow", Inner: ourMeasure},

	"honk/announce":      {Type: "Announce", Actor: gil, Object: ourNote},
	"honk/create":        {Type: "Create", Actor: gil, Object: gil + "/h/aG9uaw", ObjectType: "Note", More: " reply public updated=false mentions=0"},
	"honk/emoji-react":   {Type: "EmojiReact", Actor: gil, Object: ourNote, Content: "🌱"},
	"honk/follow":        {Type: "Follow", Actor: gil, Object: ourMeasure},
	"honk/undo-announce": {Type: "Undo", Actor: gil, Object: gil + "/bonk/Ym9uaw", ObjectType: "Announce", Inner: ourNote},
	"honk/undo-follow":   {Type: "Undo", Actor: gil, Object: gil + "/sub/Zm9sbG93", ObjectType: "Follow", Inner: ourMeasure},

	"microblogpub/announce":      {Type: "Announce", Actor: ub, Object: ourNote},
	"microblogpub/create":        {Type: "Create", Actor: ub, Object: ub + "/o/06f", ObjectType: "Note", More: " reply public updated=false mentions=0"},
	"microblogpub/follow":        {Type: "Follow", Actor: ub, Object: ourMeasure},
	"microblogpub/like":          {Type: "Like", Actor: ub, Object: ourNote},
	"microblogpub/undo-announce": {Type: "Undo", Actor: ub, Object: ub + "/o/04f", ObjectType: "Announce", Inner: ourNote},
	"microblogpub/undo-follow":   {Type: "Undo", Actor: ub, Object: ub + "/o/01f", ObjectType: "Follow", Inner: ourMeasure},

	"nodebb/announce":    {Type: "Announce", Actor: uid, Object: ourNote},
	"nodebb/create":      {Type: "Create", Actor: uid, Object: "https://nb.example/post/12", ObjectType: "Note", More: " reply public updated=false mentions=1"},
	"nodebb/follow":      {Type: "Follow", Actor: uid, Object: ourMeasure},
	"nodebb/like":        {Type: "Like", Actor: uid, Object: ourNote},
	"nodebb/undo-follow": {Type: "Undo", Actor: uid, Object: uid + "#activity/follow/mesure2@us.example/1764360000000", ObjectType: "Follow", Inner: ourMeasure},
	"nodebb/undo-like":   {Type: "Undo", Actor: uid, Object: uid + "#activity/like/https%3A%2F%2Fus.example%2Fconstats%2F01j", ObjectType: "Like", Inner: ourNote},

	"fedify/announce":    {Type: "Announce", Actor: hal, Object: ourNote},
	"fedify/create":      {Type: "Create", Actor: hal, Object: "https://fy.example/ap/note/9b21", ObjectType: "Note", More: "fr reply public updated=false mentions=1"},
	"fedify/follow":      {Type: "Follow", Actor: hal, Object: ourMeasure},
	"fedify/like":        {Type: "Like", Actor: hal, Object: ourNote},
	"fedify/undo-follow": {Type: "Undo", Actor: hal, Object: "https://fy.example/ap/follow/9b1c", ObjectType: "Follow", Inner: ourMeasure},
	"fedify/undo-like":   {Type: "Undo", Actor: hal, Object: "https://fy.example/ap/like/9b1e", ObjectType: "Like", Inner: ourNote},

	"gotosocial/undo-like": {Type: "Undo", Actor: bo, Object: bo + "/liked/01HTXWBZ8Q4M7V2K5N3P6R9S2B", ObjectType: "Like", Inner: ourNote},

	"hollo/like":      {Type: "Like", Actor: cy, Object: ourNote},
	"hollo/undo-like": {Type: "Undo", Actor: cy, Object: cy + "#likes/0196f2c4-5a10-7d31-9c55-2b8f6a1e4d99", ObjectType: "Like", Inner: ourNote},

	"friendica/dislike": {Type: "Dislike", Actor: "https://fr.example/profile/k", Object: ourNote},
	"wordpress/accept":  {Type: "Accept", Actor: "https://wp.example/?author=0", Object: ourFollow, ObjectType: "Follow", Inner: "https://wp.example/?author=0"},
	"pixelfed/like":     {Type: "Like", Actor: "https://px.example/users/jo", Object: ourNote},
	"mbin/flag":         {Type: "Flag", Actor: "https://mb.example/u/b", Object: ourNote, Content: "x", More: "objects=2"},
}

// TestPeerMessagesAreAllListed keeps the folder and the table equal.
func TestPeerMessagesAreAllListed(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir("testdata/peers", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name := strings.TrimSuffix(filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash("testdata/peers/"))), ".json")
			found[name] = true
			if _, ok := peerMessages[name]; !ok {
				t.Errorf("%s is in no table", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range peerMessages {
		if !found[name] {
			t.Errorf("testdata/peers/%s.json does not exist", name)
		}
	}
}

func TestReadPeers(t *testing.T) {
	for name, want := range peerMessages {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile("testdata/peers/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			p, err := Peek(body)
			if err != nil {
				t.Fatal(err)
			}
			in, err := Read(body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, summary(in)); diff != "" {
				t.Error(diff)
			}
			if p.Type != want.Type || p.Actor != want.Actor || p.ID != string(in.ID) {
				t.Errorf("Peek sees %+v", p)
			}
			if !in.Unknown && len(in.Objects) == 1 && (p.Object != want.Object || p.ObjectType != want.ObjectType) {
				t.Errorf("Peek sees object %q of type %q", p.Object, p.ObjectType)
			}
		})
	}
}

func summary(in *Incoming) seen {
	s := seen{Type: in.Type, Actor: string(in.Actor), Object: in.Object.ID, ObjectType: in.Object.Type, Inner: in.Object.Object,
		Target: in.Target.ID, Content: in.Content}
	switch {
	case in.Unknown:
		s.More = "unknown"
	case in.Instrument.ID != "":
		s.More = "instrument " + in.Instrument.ID
	case len(in.Objects) > 1:
		s.More = "objects=2"
	case in.Post != nil:
		s.More = postSummary(in.Post)
	}
	return s
}

func postSummary(p *Post) string {
	words := []string{p.Language}
	if p.InReplyTo != "" {
		words = append(words, "reply")
	}
	if p.Public() {
		words = append(words, "public")
	}
	words = append(words, "updated="+map[bool]string{true: "true", false: "false"}[p.Updated != nil])
	words = append(words, "mentions="+string(rune('0'+len(p.Mentions))))
	if p.Quote != "" {
		words = append(words, "quote")
	}
	return strings.Join(words, " ")
}
