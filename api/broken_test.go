package api_test

import (
	"context"
	"errors"

	"github.com/bonghwa/bonghwa/identity"
)

// brokenKeys fails as a database does.
type brokenKeys struct{}

func (brokenKeys) Authenticate(context.Context, identity.Secret) (identity.Key, error) {
	return identity.Key{}, errors.New("the disk at 10.0.0.1 is on fire")
}
