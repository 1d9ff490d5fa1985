package public

import "github.com/bonghwa/bonghwa/health"

// Lead is the answer in the first line, for who has no room for more: the words,
// how bad it is, and the incident it is about, if any.
func (p *Pages) Lead(l health.Language) (words string, level health.Level, about health.IncidentID) {
	said := p.views[l].lead()
	if said.about {
		about = said.event.ID
	}
	return said.words, said.level, about
}
