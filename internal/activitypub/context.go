package activitypub

// namespace holds the terms that only Embraye knows. Its addresses are names:
// nobody fetches them.
const namespace = "https://w3id.org/embraye/ns#"

// contextJSON is the @context of everything that we emit, byte for byte. Terms
// are defined inline, because Friendica and Fedify fetch contexts that they do
// not know. Prefixed keys (embraye:title) need no definition of their own. origin is
// that of a log: we say nothing with the one of ActivityStreams.
const contextJSON = `["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1","https://w3id.org/security/data-integrity/v2",` +
	`{"toot":"http://joinmastodon.org/ns#","schema":"http://schema.org#","PropertyValue":"schema:PropertyValue","value":"schema:value",` +
	`"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","discoverable":"toot:discoverable","indexable":"toot:indexable",` +
	`"featured":{"@id":"toot:featured","@type":"@id"},"sensitive":"as:sensitive","Hashtag":"as:Hashtag","conversation":"ostatus:conversation","ostatus":"http://ostatus.org#",` +
	`"embraye":"https://w3id.org/embraye/ns#","embraye:measure":{"@type":"@id"},"embraye:organisation":{"@type":"@id"},"embraye:measures":{"@type":"@id"},"embraye:answers":{"@type":"@id"},"embraye:integrates":{"@type":"@id"},"embraye:integratedBy":{"@type":"@id"},` +
	`"embraye:reviewsAbout":{"@id":"https://w3id.org/embraye/ns#reviewsAbout"},` +
	`"publisher":"embraye:publisher","publishedOn":"embraye:publishedOn","consulted":"embraye:consulted","archivedAt":{"@id":"embraye:archivedAt","@type":"@id"},` +
	`"sha256":"embraye:sha256","kind":"embraye:kind","siren":"embraye:siren","wikidata":"embraye:wikidata","unit":"embraye:unit","goal":"embraye:goal","asOf":"embraye:asOf",` +
	`"origin":"embraye:origin","vkey":"embraye:vkey","prefix":{"@id":"embraye:prefix","@type":"@id"},"submission":{"@id":"embraye:submission","@type":"@id"},"monitoring":{"@id":"embraye:monitoring","@type":"@id"},` +
	`"movedTo":{"@id":"as:movedTo","@type":"@id"},"attributionDomains":"toot:attributionDomains","gts":"https://gotosocial.org/ns#",` +
	`"interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},"canQuote":{"@id":"gts:canQuote","@type":"@id"},"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},` +
	`"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"},` +
	`"assertionMethod":{"@id":"https://w3id.org/security#assertionMethod","@type":"@id","@container":"@set"},"Multikey":"https://w3id.org/security#Multikey",` +
	`"controller":{"@id":"https://w3id.org/security#controller","@type":"@id"},"publicKeyMultibase":"https://w3id.org/security#publicKeyMultibase",` +
	`"implements":{"@id":"https://w3id.org/fep/844e#implements","@type":"@id","@container":"@set"},` +
	`"canFeature":{"@id":"https://w3id.org/fep/7aa9#canFeature","@type":"@id"},"FeatureRequest":"https://w3id.org/fep/7aa9#FeatureRequest",` +
	`"FeatureAuthorization":"https://w3id.org/fep/7aa9#FeatureAuthorization","FeaturedCollection":"https://w3id.org/fep/7aa9#FeaturedCollection","FeaturedItem":"https://w3id.org/fep/7aa9#FeaturedItem",` +
	`"featuredCollections":{"@id":"https://w3id.org/fep/7aa9#featuredCollections","@type":"@id"},"featuredObject":{"@id":"https://w3id.org/fep/7aa9#featuredObject","@type":"@id"},` +
	`"featureAuthorization":{"@id":"https://w3id.org/fep/7aa9#featureAuthorization","@type":"@id"},"webfinger":"https://purl.archive.org/socialweb/webfinger#webfinger",` +
	`"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest","QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization"}]`
