// Package streams is the part of go-fed's ActivityStreams vocabulary that this
// program writes.
//
// go-fed's own package of that name links every type and property of six
// vocabularies, and html/template calls methods by name, so that the linker may
// drop no exported method of any of them: a quarter of the program, read into
// memory with it, for words that nobody here says. These constructors are those
// that it hands out, taken where they are made; only their wiring, which go-fed
// does while it registers everything, is done here.
package streams

import (
	propertyactor "github.com/go-fed/activity/streams/impl/activitystreams/property_actor"
	propertyattributedto "github.com/go-fed/activity/streams/impl/activitystreams/property_attributedto"
	propertycc "github.com/go-fed/activity/streams/impl/activitystreams/property_cc"
	propertycontent "github.com/go-fed/activity/streams/impl/activitystreams/property_content"
	propertyfollowers "github.com/go-fed/activity/streams/impl/activitystreams/property_followers"
	propertyfollowing "github.com/go-fed/activity/streams/impl/activitystreams/property_following"
	propertyinbox "github.com/go-fed/activity/streams/impl/activitystreams/property_inbox"
	propertyname "github.com/go-fed/activity/streams/impl/activitystreams/property_name"
	propertyobject "github.com/go-fed/activity/streams/impl/activitystreams/property_object"
	propertyoutbox "github.com/go-fed/activity/streams/impl/activitystreams/property_outbox"
	propertypreferredusername "github.com/go-fed/activity/streams/impl/activitystreams/property_preferredusername"
	propertypublished "github.com/go-fed/activity/streams/impl/activitystreams/property_published"
	propertysummary "github.com/go-fed/activity/streams/impl/activitystreams/property_summary"
	propertyto "github.com/go-fed/activity/streams/impl/activitystreams/property_to"
	propertyupdated "github.com/go-fed/activity/streams/impl/activitystreams/property_updated"
	typeaccept "github.com/go-fed/activity/streams/impl/activitystreams/type_accept"
	typeactivity "github.com/go-fed/activity/streams/impl/activitystreams/type_activity"
	typeannounce "github.com/go-fed/activity/streams/impl/activitystreams/type_announce"
	typeapplication "github.com/go-fed/activity/streams/impl/activitystreams/type_application"
	typecollection "github.com/go-fed/activity/streams/impl/activitystreams/type_collection"
	typecollectionpage "github.com/go-fed/activity/streams/impl/activitystreams/type_collectionpage"
	typecreate "github.com/go-fed/activity/streams/impl/activitystreams/type_create"
	typedelete "github.com/go-fed/activity/streams/impl/activitystreams/type_delete"
	typeflag "github.com/go-fed/activity/streams/impl/activitystreams/type_flag"
	typefollow "github.com/go-fed/activity/streams/impl/activitystreams/type_follow"
	typegroup "github.com/go-fed/activity/streams/impl/activitystreams/type_group"
	typelike "github.com/go-fed/activity/streams/impl/activitystreams/type_like"
	typemove "github.com/go-fed/activity/streams/impl/activitystreams/type_move"
	typenote "github.com/go-fed/activity/streams/impl/activitystreams/type_note"
	typeobject "github.com/go-fed/activity/streams/impl/activitystreams/type_object"
	typeorderedcollection "github.com/go-fed/activity/streams/impl/activitystreams/type_orderedcollection"
	typeorderedcollectionpage "github.com/go-fed/activity/streams/impl/activitystreams/type_orderedcollectionpage"
	typeperson "github.com/go-fed/activity/streams/impl/activitystreams/type_person"
	typereject "github.com/go-fed/activity/streams/impl/activitystreams/type_reject"
	typetombstone "github.com/go-fed/activity/streams/impl/activitystreams/type_tombstone"
	typeundo "github.com/go-fed/activity/streams/impl/activitystreams/type_undo"
	typeupdate "github.com/go-fed/activity/streams/impl/activitystreams/type_update"
	propertyid "github.com/go-fed/activity/streams/impl/jsonld/property_id"
	propertytype "github.com/go-fed/activity/streams/impl/jsonld/property_type"
	"github.com/go-fed/activity/streams/vocab"
)

// The types, empty but for their name.
var (
	NewActivityStreamsAccept                = typeaccept.NewActivityStreamsAccept
	NewActivityStreamsActivity              = typeactivity.NewActivityStreamsActivity
	NewActivityStreamsAnnounce              = typeannounce.NewActivityStreamsAnnounce
	NewActivityStreamsApplication           = typeapplication.NewActivityStreamsApplication
	NewActivityStreamsCollection            = typecollection.NewActivityStreamsCollection
	NewActivityStreamsCollectionPage        = typecollectionpage.NewActivityStreamsCollectionPage
	NewActivityStreamsCreate                = typecreate.NewActivityStreamsCreate
	NewActivityStreamsDelete                = typedelete.NewActivityStreamsDelete
	NewActivityStreamsFlag                  = typeflag.NewActivityStreamsFlag
	NewActivityStreamsFollow                = typefollow.NewActivityStreamsFollow
	NewActivityStreamsGroup                 = typegroup.NewActivityStreamsGroup
	NewActivityStreamsLike                  = typelike.NewActivityStreamsLike
	NewActivityStreamsMove                  = typemove.NewActivityStreamsMove
	NewActivityStreamsNote                  = typenote.NewActivityStreamsNote
	NewActivityStreamsObject                = typeobject.NewActivityStreamsObject
	NewActivityStreamsOrderedCollection     = typeorderedcollection.NewActivityStreamsOrderedCollection
	NewActivityStreamsOrderedCollectionPage = typeorderedcollectionpage.NewActivityStreamsOrderedCollectionPage
	NewActivityStreamsPerson                = typeperson.NewActivityStreamsPerson
	NewActivityStreamsReject                = typereject.NewActivityStreamsReject
	NewActivityStreamsTombstone             = typetombstone.NewActivityStreamsTombstone
	NewActivityStreamsUndo                  = typeundo.NewActivityStreamsUndo
	NewActivityStreamsUpdate                = typeupdate.NewActivityStreamsUpdate
)

// The properties, without a value.
var (
	NewActivityStreamsActorProperty             = propertyactor.NewActivityStreamsActorProperty
	NewActivityStreamsAttributedToProperty      = propertyattributedto.NewActivityStreamsAttributedToProperty
	NewActivityStreamsCcProperty                = propertycc.NewActivityStreamsCcProperty
	NewActivityStreamsContentProperty           = propertycontent.NewActivityStreamsContentProperty
	NewActivityStreamsFollowersProperty         = propertyfollowers.NewActivityStreamsFollowersProperty
	NewActivityStreamsFollowingProperty         = propertyfollowing.NewActivityStreamsFollowingProperty
	NewActivityStreamsInboxProperty             = propertyinbox.NewActivityStreamsInboxProperty
	NewActivityStreamsNameProperty              = propertyname.NewActivityStreamsNameProperty
	NewActivityStreamsObjectProperty            = propertyobject.NewActivityStreamsObjectProperty
	NewActivityStreamsOutboxProperty            = propertyoutbox.NewActivityStreamsOutboxProperty
	NewActivityStreamsPreferredUsernameProperty = propertypreferredusername.NewActivityStreamsPreferredUsernameProperty
	NewActivityStreamsPublishedProperty         = propertypublished.NewActivityStreamsPublishedProperty
	NewActivityStreamsSummaryProperty           = propertysummary.NewActivityStreamsSummaryProperty
	NewActivityStreamsToProperty                = propertyto.NewActivityStreamsToProperty
	NewActivityStreamsUpdatedProperty           = propertyupdated.NewActivityStreamsUpdatedProperty
	NewJSONLDIdProperty                         = propertyid.NewJSONLDIdProperty
)

func init() {
	named := func() vocab.JSONLDTypeProperty { return propertytype.NewJSONLDTypeProperty() }
	for _, set := range []func(func() vocab.JSONLDTypeProperty){
		typeaccept.SetTypePropertyConstructor,
		typeactivity.SetTypePropertyConstructor,
		typeannounce.SetTypePropertyConstructor,
		typeapplication.SetTypePropertyConstructor,
		typecollection.SetTypePropertyConstructor,
		typecollectionpage.SetTypePropertyConstructor,
		typecreate.SetTypePropertyConstructor,
		typedelete.SetTypePropertyConstructor,
		typeflag.SetTypePropertyConstructor,
		typefollow.SetTypePropertyConstructor,
		typegroup.SetTypePropertyConstructor,
		typelike.SetTypePropertyConstructor,
		typemove.SetTypePropertyConstructor,
		typenote.SetTypePropertyConstructor,
		typeobject.SetTypePropertyConstructor,
		typeorderedcollection.SetTypePropertyConstructor,
		typeorderedcollectionpage.SetTypePropertyConstructor,
		typeperson.SetTypePropertyConstructor,
		typereject.SetTypePropertyConstructor,
		typetombstone.SetTypePropertyConstructor,
		typeundo.SetTypePropertyConstructor,
		typeupdate.SetTypePropertyConstructor,
	} {
		set(named)
	}
}
