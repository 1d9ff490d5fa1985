package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/identity"
)

type callerKey struct{}

// callerOf is the key that a request came with; the zero key, which may do
// nothing, when there was none.
func callerOf(ctx context.Context) identity.Key {
	k, _ := ctx.Value(callerKey{}).(identity.Key)
	return k
}

// admit lets a request through whose key has one of the roles. It runs before
// anything of the request but its headers is read.
func (s *server) admit(op huma.Operation, allowed []identity.Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		key, err := s.authenticate(ctx)
		if err == nil {
			err = key.Allow(allowed...)
		}
		if err != nil {
			s.writeProblem(ctx, op, err)
			return
		}
		ctx.SetHeader("Cache-Control", "no-store") // it is one caller's
		next(huma.WithValue(ctx, callerKey{}, key))
	}
}

func (s *server) authenticate(ctx huma.Context) (identity.Key, error) {
	header := ctx.Header("Authorization")
	scheme, token, _ := strings.Cut(header, " ")
	switch {
	case header == "":
		return identity.Key{}, fault.New(fault.Unauthenticated, "header.Authorization", "there is no API key", "send Authorization: Bearer and the key")
	case !strings.EqualFold(scheme, "Bearer"):
		return identity.Key{}, fault.New(fault.Unauthenticated, "header.Authorization", "this is not a bearer key", "send Authorization: Bearer and the key")
	}
	return s.o.Keys.Authenticate(ctx.Context(), identity.NewSecret(strings.TrimSpace(token)))
}
