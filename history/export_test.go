package history

// Plain lets tests see how HTML becomes text.
func Plain(fragment string, lines bool) string { return plain(fragment, lines) }
