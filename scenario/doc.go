// Package scenario replays a day against the whole program, as data: what the
// causes did, what people did, who the customers were, and what must come of it.
//
// It drives the program through the doors a user has (commands, HTTP, files) and
// imports none of its domains. Only causes and people are scripted; detection,
// drafts, mails, relevance, measured impact and credits follow. What must come
// of it is worked out by expect, from the scenario's input files alone.
//
// The provider and the customers are invented; ids, times and the agreement's
// terms are the historical ones.
package scenario
