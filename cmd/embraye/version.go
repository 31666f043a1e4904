package main

import (
	"context"
	"runtime"
)

func printVersion(_ context.Context, c *call) error {
	c.jsonFlag()
	if _, err := c.parse(); err != nil {
		return err
	}
	doc := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
	return c.print(doc, "embraye %s (%s, %s)\n", version, doc["go"], doc["platform"])
}
