package leave_test

import (
	"strings"
	"testing"

	"embraye/internal/blocklist"
	"embraye/internal/embraye"
	"embraye/internal/leave"
)

// What is exported is Mastodon's format to the letter, and is read back as it was.
func TestExportedBlocksAreMastodons(t *testing.T) {
	var out strings.Builder
	blocks := []embraye.DomainBlock{{Domain: "bad.example", Severity: embraye.Suspend, Comment: "spam, again", PrivateComment: "x", RejectMedia: true, RejectReports: true},
		{Domain: "loud.example", Severity: embraye.Silence, Obfuscate: true}}
	if err := leave.WriteBlocks(&out, blocks); err != nil {
		t.Fatal(err)
	}
	want := "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nbad.example,suspend,true,true,\"spam, again\",false\nloud.example,silence,false,false,,true\n"
	if out.String() != want {
		t.Errorf("got %q", out.String())
	}
	back, err := blocklist.Read([]byte(out.String()))
	if err != nil || len(back) != 2 || !back[0].Block.Asks(blocks[0]) || !back[1].Block.Asks(blocks[1]) {
		t.Errorf("read back %+v, %v", back, err)
	}
}
