package embraye

import (
	"errors"
	"testing"
)

// Ids of living servers are taken as the strings that they are.
func TestK21IdsAsTheyAreWritten(t *testing.T) {
	for _, s := range []string{
		"https://mb.example",                      // microblog.pub: the root without its slash
		"https://good.example:8443",               //
		"https://good.example/@étienne",           // plain letters
		"https://good.example/用户/7?q=é",           //
		"https://good.example/%7Epat",             // an escaped tilde
		"https://good.example/@%C3%A9tienne",      // and escaped letters
		"https://good.example/%E7%94%A8%e6%88%b7", // in capitals or not
	} {
		if got, err := ParseIRI(s, false); err != nil || string(got) != s {
			t.Errorf("ParseIRI(%q) = %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"https://bot.example/bot#dm-7", "https://mb.example#main-key", "https://good.example/@étienne#clé"} {
		if got, err := ParseID(s, false); err != nil || string(got) != s {
			t.Errorf("ParseID(%q) = %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"https://good.example/\u202epat", "https://good.example/\u200bpat", "https://good.example/a\u00a0b", "https://good.example/\ufffd", "https://good.example?x=1",
		"https://éxample.example/", "https://good.example/#é\u200f"} {
		if got, err := ParseID(s, false); !errors.Is(err, ErrInvalid) {
			t.Errorf("ParseID(%q) = %q, %v, want ErrInvalid", s, got, err)
		}
	}
}

// One host has one spelling, whatever follows it: blocks and ownership go by it.
func TestK21HostsStayOne(t *testing.T) {
	for _, s := range []string{"https://GOOD.example", "https://good.example:443", "https://good.example.", "https://good.example@evil.example", `https://good.example\.evil.example`, "https://"} {
		if got, err := ParseID(s, false); err == nil {
			t.Errorf("ParseID(%q) = %q", s, got)
		}
	}
	site := Site{Base: "https://us.example"}
	for iri, ours := range map[IRI]bool{"https://us.example": true, "https://us.example/": true, "https://us.example/x": true, "https://us.example#x": true,
		"https://us.example.evil.example/": false, "https://us.example:8443/": false, "": false} {
		if site.Ours(iri) != ours {
			t.Errorf("Ours(%q) = %v", iri, !ours)
		}
	}
}

func TestK21SameAddress(t *testing.T) {
	for _, pair := range [][2]IRI{
		{"https://mb.example#main-key", "https://mb.example/#main-key"},
		{"https://good.example/@étienne#main-key", "https://good.example/@%C3%A9tienne#main-key"},
		{"https://good.example/%c3%a9", "https://good.example/%C3%A9"},
	} {
		if !SameAddress(pair[0], pair[1]) || !SameAddress(pair[1], pair[0]) {
			t.Errorf("%q and %q are two", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]IRI{
		{"https://good.example/a", "https://good.example/a/"}, {"https://good.example/a", "https://good.example/A"},
		{"https://good.example/%2F", "https://good.example//"}, {"https://good.example/e\u0301", "https://good.example/é"},
	} {
		if SameAddress(pair[0], pair[1]) {
			t.Errorf("%q and %q are one", pair[0], pair[1])
		}
	}
}

func TestN04EveryAddressOfAnActorIsTheActor(t *testing.T) {
	site := Site{Base: "https://us.example"}
	for iri, want := range map[IRI]string{"https://us.example/actors/mesure2": "mesure2", "https://us.example/@mesure2": "mesure2",
		"https://us.example/": InstanceHandle, "https://us.example": InstanceHandle, "https://us.example/actors/instance": InstanceHandle} {
		if got, ok := site.NamedActor(iri); !ok || got != want {
			t.Errorf("NamedActor(%q) = %q, %v", iri, got, ok)
		}
	}
	for _, iri := range []IRI{"https://us.example/@mesure2/FR-BRE", "https://us.example/@", "https://us.example/mesure2", "https://us.example/@mesure2?x", "https://good.example/@mesure2"} {
		if got, ok := site.NamedActor(iri); ok {
			t.Errorf("NamedActor(%q) = %q", iri, got)
		}
	}
}

func TestK24ProfileWithoutQuotes(t *testing.T) {
	const address = "https://www.w3.org/ns/activitystreams"
	for _, s := range []string{`application/ld+json; profile="` + address + `"`, "application/ld+json; profile=" + address, "application/ld+json;profile=" + address + "; charset=utf-8",
		"application/ld+json; charset=utf-8; PROFILE = " + address, "application/ld+json; profile='" + address + "'"} {
		name, params, err := MediaType(s)
		if err != nil || name != "application/ld+json" || params["profile"] != address {
			t.Errorf("MediaType(%q) = %q, %v, %v", s, name, params, err)
		}
	}
	for _, s := range []string{"application/ld+json; profile=", "application/ld+json; profil=" + address, "a b; profile=" + address, "application/ld+json; profile=a b c"} {
		if name, params, err := MediaType(s); err == nil {
			t.Errorf("MediaType(%q) = %q, %v", s, name, params)
		}
	}
}
