package language

// Read makes a book from any files, so that bad ones can be tried.
var Read = read
