package export

import "strings"

// DCAT describes the open data as a catalogue for harvesters (W3C DCAT 2, in
// JSON-LD). The context is inline, everything that a node names is in the
// document, and there is one page of it, which says so with the one
// hydra:PartialCollectionView that udata's harvester looks for
// (udata/harvest/backends/dcat.py).
func DCAT(a About) ([]byte, error) {
	here := a.Site.Base + "/catalog.jsonld"
	publisher, contact := string(a.Site.ActorID(a.Organisation.Handle)), here+"#contact"
	graph := []object{
		{"@id": publisher, "@type": "foaf:Organization", "foaf:name": a.Organisation.Name, "foaf:homepage": ref(a.Site.Base + "/")},
		a.contact(contact),
		{"@id": here, "@type": "hydra:PartialCollectionView", "hydra:first": ref(here), "hydra:last": ref(here)},
	}
	var sets []object
	for _, f := range Files(a.Catalogue, a.Language) {
		set := a.Site.Base + "/donnees#" + f.Name
		sets = append(sets, ref(set))
		files := []object{a.distribution(f, "csv", "text/csv"), a.distribution(f, "json", "application/json")}
		dataset := object{"@id": set, "@type": "dcat:Dataset", "dct:identifier": set, "dct:title": f.Title + " · " + a.title(), "dct:description": f.Description,
			"dct:language": a.Language, "dct:publisher": ref(publisher), "dcat:contactPoint": ref(contact), "dcat:landingPage": ref(a.Site.Base + "/donnees"),
			"dct:license": ref(licenceAddress), "dct:accrualPeriodicity": ref("http://publications.europa.eu/resource/authority/frequency/IRREG"),
			"dcat:keyword":   strings.Split(a.t("data.keywords"), ","),
			"dct:temporal":   object{"@type": "dct:PeriodOfTime", "dcat:startDate": object{"@value": a.Reference.Version, "@type": "xsd:date"}},
			"dct:conformsTo": ref(a.Site.Base + "/donnees/datapackage.json"), "dcat:distribution": []object{ref(files[0]["@id"]), ref(files[1]["@id"])}}
		if a.Modified != "" {
			dataset["dct:modified"] = object{"@value": a.Modified, "@type": "xsd:dateTime"}
		}
		graph = append(graph, dataset)
		graph = append(graph, files...)
	}
	graph = append(graph, object{"@id": here + "#catalogue", "@type": "dcat:Catalog", "dct:title": a.title(), "dct:description": a.t("data.lede"),
		"dct:language": a.Language, "dct:publisher": ref(publisher), "dct:license": ref(licenceAddress), "foaf:homepage": ref(a.Site.Base + "/donnees"), "dcat:dataset": sets})
	return written(object{"@context": dcatContext(), "@graph": graph})
}

func dcatContext() map[string]string {
	return map[string]string{"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
		"hydra": "http://www.w3.org/ns/hydra/core#", "vcard": "http://www.w3.org/2006/vcard/ns#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
}

// ref names a node.
func ref(id any) object { return object{"@id": id} }

// contact is whom to ask about the data.
func (a About) contact(id string) object {
	card := object{"@id": id, "@type": "vcard:Kind", "vcard:fn": a.Organisation.Name, "vcard:hasURL": ref(a.Site.Base + "/mentions-legales")}
	if strings.HasPrefix(a.Contact, "mailto:") {
		card["vcard:hasEmail"] = ref(a.Contact)
	} else if a.Contact != "" {
		card["vcard:hasURL"] = ref(a.Contact)
	}
	return card
}

// distribution is one form of a file; its address is its identity.
func (a About) distribution(f File, ext, mediaType string) object {
	address := a.Site.Base + "/donnees/" + f.Name + "." + ext
	return object{"@id": address + "#distribution", "@type": "dcat:Distribution", "dct:title": f.Name + "." + ext, "dct:description": f.Description,
		"dcat:downloadURL": ref(address), "dcat:accessURL": ref(a.Site.Base + "/donnees"), "dcat:mediaType": mediaType, "dct:format": ext, "dct:license": ref(licenceAddress)}
}
