package notify

import (
	"context"

	"github.com/bonghwa/bonghwa/fault"
	"github.com/bonghwa/bonghwa/health"
)

// Archive shows what was sent.
type Archive struct {
	records Records
	writer  *Writer
	channel Channel
}

// NewArchive makes an archive of what a channel carried.
func NewArchive(records Records, writer *Writer, channel Channel) *Archive {
	return &Archive{records: records, writer: writer, channel: channel}
}

// Reproduce makes the bytes that an endpoint was sent again, from the template and
// the slots. NotFound when nothing was sent to it, or its address was erased;
// Conflict when the bytes do not have the hash that was recorded.
func (a *Archive) Reproduce(ctx context.Context, id health.PublicationID, endpoint health.EndpointID) (Letter, Outcome, error) {
	p, err := a.records.Publication(ctx, id)
	if err != nil {
		return Letter{}, Outcome{}, err
	}
	o, address, err := a.records.Outcome(ctx, id, endpoint)
	if err != nil {
		return Letter{}, Outcome{}, err
	}
	where := "publication " + string(id) + ", endpoint " + string(endpoint)
	if o.Hash == "" || address == "" {
		return Letter{}, o, fault.New(fault.NotFound, where, "nothing was sent, or the address was erased", "")
	}
	m, err := a.writer.Message(p, o, address)
	if err != nil {
		return Letter{}, o, err
	}
	letter, err := a.channel.Compose(m)
	if err != nil {
		return Letter{}, o, err
	}
	if letter.Hash() != o.Hash {
		return letter, o, fault.New(fault.Conflict, where, "what the record gives is not what was sent",
			"compare the configuration of the provider's name, the site's address and the mail domain with what it was")
	}
	return letter, o, nil
}
