package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"embraye/internal/embraye"
)

// kept is the copies that a server has, by the page that each is of.
func (s *server) kept() map[string]shownCopy {
	s.t.Helper()
	var rows copyRows
	s.command(&rows, "evidence", "list", "--state", "kept", "--json")
	kept := map[string]shownCopy{}
	for _, c := range rows.Copies {
		kept[c.Of] = c
	}
	return kept
}

// What an admin chooses for a peer with `peer add --copies` goes the whole way: the
// pages of constats that are here, then those of what comes later, once each and for
// editors only.
func TestPagesThatAPeerNamesAreCopied(t *testing.T) {
	author, reader := newSignatory(t, "Amont", ""), newSignatory(t, "Brume", "")
	var visits [2]atomic.Int32
	var pages [2]string
	for n := range pages {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/preuve" && strings.Contains(r.UserAgent(), reader.address+"/archive") {
				visits[n].Add(1)
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<title>Preuve %d</title><p>Un appel à communs est ouvert.", n)
		}))
		t.Cleanup(s.Close)
		pages[n] = s.URL + "/preuve"
	}
	reader.command(nil, "peer", "add", "@organisation@"+author.address)
	eventually(t, "every follow is accepted", func() bool {
		var peers []peer
		reader.command(&peers, "peer", "list", "--json")
		return len(peers) == 1 && len(peers[0].Follows) > 1 && peers[0].accepted() == len(peers[0].Follows)
	})
	says := func(page string) {
		var said published
		author.command(&said, constat("--evidence", page+"#un", "--evidence", page+"#deux")...)
		reader.shows("/copies/"+embraye.CopyID(embraye.IRI(said.URL)), "Publié par Amont")
	}
	says(pages[0])
	if n := visits[0].Load(); n != 0 {
		t.Errorf("a page was asked for %d times that nobody chose to copy", n)
	}
	reader.command(nil, "peer", "add", "@organisation@"+author.address, "--copies")
	eventually(t, "the page of what was here is copied", func() bool { return reader.kept()[pages[0]].SHA256 != "" })
	says(pages[1])
	reader.command(nil, "peer", "add", "@organisation@"+author.address) // added again, it keeps what was chosen
	eventually(t, "the page of what came is copied", func() bool { return reader.kept()[pages[1]].SHA256 != "" })
	var peers []peer
	if reader.command(&peers, "peer", "list", "--json"); !peers[0].Copies {
		t.Errorf("added again, nothing is copied any more: %+v", peers)
	}
	reader.quotes(reader.kept()[pages[0]].URL)
	for n, page := range pages {
		c := reader.kept()[page]
		path := strings.TrimPrefix(c.URL, "http://"+reader.address)
		if status, _ := reader.page(path); status != http.StatusNotFound || c.Visibility != embraye.CopyEditors || visits[n].Load() != 1 {
			t.Errorf("%s: everybody sees %d, visibility %s, asked for %d times", page, status, c.Visibility, visits[n].Load())
		}
	}
}

// quotes decides about a copy step by step, and in the end that editors alone see it:
// what is not said again stays.
func (s *signatory) quotes(copied string) {
	s.t.Helper()
	var c shownCopy
	s.command(nil, "evidence", "show", copied, "--visibility", "quotation", "--quotation", "Un appel")
	s.command(&c, "evidence", "show", copied, "--visibility", "public", "--licence", "CC0-1.0", "--json")
	if c.Quotation != "Un appel" || c.Licence != "CC0-1.0" {
		s.t.Errorf("shown anew, a copy is %+v", c)
	}
	s.command(nil, "evidence", "show", copied, "--visibility", "editors")
}

// A process that serves no pages copies a page of ours all the same.
func TestAWorkerCopiesAPageOfOurs(t *testing.T) {
	dir := instanceDir(t)
	s := beginServe(t, []string{"EMBRAYE_DATA_DIR=" + dir, "EMBRAYE_ROLES=worker"})
	var page string
	withInstance(t, dir, s.env, func(i *wired) error {
		i.App.Copies.Own = http.NotFoundHandler() // as where pages are served
		page = i.settings.BaseURL + "/comprendre/memoire"
		_, err := i.Evidence.Ask(context.Background(), embraye.Operator(), page+"#p12")
		return err
	})
	eventually(t, "the page is copied", func() bool { return s.kept()[page].Title != "" })
	s.stop()
}
