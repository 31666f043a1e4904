package activitypub

import (
	"crypto/ed25519"
	"testing"
	"time"

	"embraye/internal/embraye"
	"embraye/internal/locale"
)

const testPEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA\n-----END PUBLIC KEY-----\n"

// testKey is a key as an actor document shows it; the Multikey is that of FEP-521a.
var testKey = embraye.ActorKey{PublicPEM: testPEM, Ed25519Public: "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"}

// proofKey makes the proofs of the golden files.
var proofKey = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

var (
	firstOfMay = time.Date(2026, 5, 1, 8, 30, 0, 123456789, time.UTC)
	secondDay  = time.Date(2026, 5, 2, 9, 0, 0, 0, time.FixedZone("CEST", 2*3600))
)

// testWire is an instance with a small reference text: the code knows neither
// seven measures nor any word of the real one.
func testWire(t testing.TB) Wire {
	t.Helper()
	catalogue, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	territories, err := embraye.NewTerritories("2026", []embraye.Territory{
		{Code: "FR", Kind: embraye.TerritoryCountry, Name: embraye.Text{"fr": "France entière", "en": "All of France"}},
		{Code: "FR-BRE", Kind: embraye.TerritoryRegion, Name: embraye.Text{"fr": "Bretagne", "en": "Brittany"}, COG: "53"},
		{Code: "COG-D35", Kind: embraye.TerritoryDepartment, Name: embraye.Text{"fr": "Ille-et-Vilaine"}, Region: "FR-BRE", COG: "35"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return Wire{
		Site:         embraye.Site{Base: "https://us.example", HandleDomain: "us.example"},
		Organisation: "organisation", Catalogue: catalogue, Territories: territories,
		Reference: &embraye.Reference{
			ID: "essai", Version: "2020-04-29", IRI: "https://w3id.org/embraye/ref/essai", Language: "fr", Licence: "CC-BY-4.0",
			Deadline: "2021-12-31", Scale: "1",
			Measures: []embraye.Measure{{ID: "m2", Handle: "mesure2", Enabled: true,
				Title: embraye.Text{"fr": "Des partenariats dans chaque région", "en": "Partnerships in every region"},
				Text:  embraye.Text{"fr": "Des partenariats « réels » soient ouverts, dans chaque région."}}},
			Lessons: []embraye.Lesson{{ID: "e3", Text: embraye.Text{"fr": "Partager <tôt> & souvent"}}},
		},
	}
}

var (
	orgActor = embraye.Actor{Handle: "organisation", Kind: embraye.OrganisationActor, Name: "Association Exemple", Summary: "Nous suivons\nles <mesures>.",
		Links: []embraye.ActorLink{{Name: "Site web", Href: "https://association.example/"}}, CreatedAt: firstOfMay, Enabled: true}
	measureActor  = embraye.Actor{Handle: "mesure2", Kind: embraye.MeasureActor, Measure: "m2", CreatedAt: firstOfMay, Enabled: true}
	instanceActor = embraye.Actor{Handle: "instance", Kind: embraye.InstanceActor, Name: "us.example", CreatedAt: firstOfMay, Enabled: true,
		AlsoKnownAs: []string{"https://old.example/actors/instance"}, MovedTo: "https://new.example/actors/instance"}
)

// fullUpdate says everything that a constat can say.
func fullUpdate() embraye.Update {
	return embraye.Update{
		ID: "01jtx0000000000000000000aa", Actor: "mesure2", Revision: 1, Substance: 1, PublishedAt: firstOfMay, SignedBy: "Une rédactrice",
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectInstitution, Territory: "FR-BRE",
			Institution: embraye.Institution{Name: "Région Bretagne", Kind: "region", SIREN: "233500016", Wikidata: "Q12130"}},
		Content: embraye.Content{
			Stage: embraye.PartlyDone, Title: "Un appel & une convention", Summary: "La région a ouvert un appel.\nUne convention <suit>.",
			Text:       "# Détail\n\nUn *appel* **ouvert**, voir [la page](https://bretagne.example/appel?a=1&b=2).\n\n1. un\n2. deux\n\n<script>x</script>\n",
			Confidence: embraye.Primary, EffectiveDate: "2021-06", ObservedDate: "2026-05-01",
			Evidence: []embraye.Evidence{{Type: "Link", Href: "https://bretagne.example/appel?a=1&b=2", Name: "Appel \"communs\"", Publisher: "Région Bretagne",
				PublishedOn: "2021-06-15", Consulted: "2026-05-01", MediaType: "text/html", ArchivedAt: "https://archive.example/1", SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
			Searched: []string{"délibérations du conseil régional"}, Indicator: &embraye.Indicator{Name: "Communs soutenus", Value: "3", Unit: "communs", Goal: "10", AsOf: "2026"},
			Lessons: []string{"e3"}, RelatedTo: []embraye.Relation{{Rel: "replaces", Href: "https://us.example/constats/01jtx000000000000000000000"}},
			Licence: "CC-BY-4.0", Language: "fr",
		},
	}
}

// smallUpdate says only what must be said, in English.
func smallUpdate() embraye.Update {
	return embraye.Update{
		ID: "01jtx0000000000000000000bb", Actor: "mesure2", Revision: 1, Substance: 1, PublishedAt: firstOfMay,
		Scope: embraye.Scope{Measure: "m2", Subject: embraye.BySubjectCivilSociety, Territory: "COG-C35238", TerritoryName: "Rennes"},
		Content: embraye.Content{Stage: embraye.NoSign, Title: "Nothing found", Summary: "We looked.", Confidence: embraye.Secondary,
			Searched: []string{"the city's website"}, Licence: "CC0-1.0", Language: "en"},
	}
}

func correctedUpdate() embraye.Update {
	u := fullUpdate()
	u.Revision, u.Substance, u.UpdatedAt, u.Stage = 3, 3, &secondDay, embraye.Stalled
	return u
}

func must(t testing.TB) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}
