package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/bonghwa/bonghwa/api/open"
	"github.com/bonghwa/bonghwa/fault"
)

// public describes the documents that anybody may read. They are printed by package
// open and handed out before a request comes here, so that they need neither key nor
// database; what comes here asks for a document there is none of.
func (s *server) public() {
	document[open.Status](s, "/status", "public-status", "How everything stands")
	document[open.Components](s, "/components", "public-components", "How every component stands, and since when")
	documentOf[open.Component](s, "/components/{id}", "public-component", "A component with its 90 days and its months")
	document[open.Incidents](s, "/incidents", "public-incidents", "Disturbances and notices: all that are open, and the newest 100")
	documentOf[open.Incident](s, "/incidents/{id}", "public-incident", "A disturbance, notice or planned work, with all that was said of it")
	document[open.Maintenances](s, "/maintenances", "public-maintenances", "Planned work: all that has not ended, and the newest 100")
	document[open.Summaries](s, "/summaries", "public-summaries", "The post-event summaries")
	documentOf[open.Summary](s, "/summaries/{id}", "public-summary", "A post-event summary")
	document[open.Regions](s, "/regions", "public-regions", "The regions")
	document[open.Services](s, "/services", "public-services", "The services")
	documentOf[open.History](s, "/history/{month}", "public-history", "A month, written as 2018-11")
}

// printed is a document as the press hands it out.
type printed[D any] struct{ Body D }

// document describes a document that is always there.
func document[D any](s *server, path, id, summary string) {
	register(s, public(path, id, summary), access{anyone: true}, func(context.Context, *struct{}) (*printed[D], error) {
		return nil, fault.New(fault.Unavailable, "", "the public record is being prepared", "try again in a moment")
	})
}

// documentOf describes a document about one thing, which may not exist.
func documentOf[D any](s *server, path, id, summary string) {
	name := path[strings.Index(path, "{")+1 : len(path)-1]
	op := public(path, id, summary)
	op.Parameters = []*huma.Param{{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}}
	register(s, op, access{anyone: true}, func(context.Context, *struct{}) (*printed[D], error) {
		return nil, fault.New(fault.NotFound, "path."+name, "nothing of the kind was published", "")
	})
}

// public is an operation that is answered without a key, and to scripts of any site.
func public(path, id, summary string) huma.Operation {
	return huma.Operation{
		Method: http.MethodGet, Path: strings.TrimPrefix(open.Prefix, Prefix) + path, OperationID: id, Summary: summary, Tags: []string{"public"},
		Description: "Needs no key. Answers HEAD, and If-None-Match with 304; scripts of any site may read it.",
		Middlewares: huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
			ctx.SetHeader("Access-Control-Allow-Origin", "*")
			next(ctx)
		}},
	}
}
