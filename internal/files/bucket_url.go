package files

import (
	"cmp"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/s3utils"
)

// Bucket says where files lie that are in no folder: in a store that speaks S3.
type Bucket struct {
	Host        string // and port
	Secure      bool   // https
	Key, Secret string
	Name        string
	Region      string
	PathStyle   bool          // https://host/bucket/…, not https://bucket.host/…
	Patience    time.Duration // that nothing may come for: 20 s
}

const bucketForm = "should be https://KEY:SECRET@host/bucket?region=REGION&path=on"

// ParseBucket reads an address of the form
// https://KEY:SECRET@host/bucket?region=REGION&path=on. All that is wrong with it
// is said at once, and nothing of the key.
func ParseBucket(address string) (Bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return Bucket{}, errors.New(bucketForm + ", where what is not a letter or a digit in KEY and SECRET is written as %XX: %2F for /")
	}
	query, err := url.ParseQuery(u.RawQuery)
	secret, _ := u.User.Password()
	b := Bucket{Host: u.Host, Secure: u.Scheme == "https", Key: u.User.Username(), Secret: secret, Name: strings.Trim(u.Path, "/"),
		Region: cmp.Or(query.Get("region"), "us-east-1"), PathStyle: query.Get("path") != "off", Patience: 20 * time.Second}
	var wrong []string
	say := func(bad bool, what string) {
		if bad {
			wrong = append(wrong, what)
		}
	}
	say(u.Scheme != "https" && u.Scheme != "http", "it begins with https:// (or http:// in a network of your own)")
	say(b.Key == "" || b.Secret == "", "a key and a secret are needed before the @")
	say(b.Name == "", "the bucket is needed after the host")
	say(b.Name != "" && s3utils.CheckValidBucketNameStrict(b.Name) != nil, "the bucket has a name that S3 does not know: small letters, digits, - and . (3 to 63), and no folder in it")
	say(u.Fragment != "", "a # in the secret is written %23")
	say(err != nil, "what follows the ? cannot be read")
	say(query.Has("path") && !slices.Contains([]string{"on", "off"}, query.Get("path")), "path is on or off")
	for _, key := range slices.Sorted(maps.Keys(query)) {
		say(key != "region" && key != "path" || len(query[key]) > 1, "after the ? stand region and path, once each")
	}
	if len(wrong) > 0 {
		return Bucket{}, errors.New(bucketForm + ": " + strings.Join(slices.Compact(wrong), "; "))
	}
	return b, nil
}
