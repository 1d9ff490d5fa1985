package statuspage

// NewWriterNaming is NewWriter with another way of making ids.
func NewWriterNaming(o Options, id func(Kind, string) string) *Writer {
	w := NewWriter(o)
	w.names = newRegister(id)
	return w
}

// Known is how many ids a writer has entered.
func (w *Writer) Known() int { return len(w.names.names) }
