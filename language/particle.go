package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ending is how the sound before a particle ends.
type ending int

const (
	openEnding   ending = iota // a vowel
	rieulEnding                // ㄹ, which counts as a vowel for 으로/로
	closedEnding               // any other consonant
)

// Particle is the form of a Korean particle that fits the word: closed is the
// form after a consonant ("은", "이", "을", "과", "으로"), open the one after a
// vowel. Digits are read as Sino-Korean numbers, capitals by their names, other
// Latin words by the sound their spelling suggests. A remark in brackets at the
// end of the word is not read.
func Particle(word, closed, open string) string {
	return particle(word, closed, open)
}

func isParticle(closed, open string) bool {
	switch closed + "/" + open {
	case "은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라", "이나/나":
		return true
	default:
		return false
	}
}

func particle(before, closed, open string) string {
	switch endingOf(before) {
	case closedEnding:
		return closed
	case rieulEnding:
		if closed == "으로" {
			return open
		}
		return closed
	case openEnding:
		return open
	default:
		return open
	}
}

func endingOf(before string) ending {
	word := spoken(before)
	last, size := utf8.DecodeLastRuneInString(word)
	switch {
	case last >= '가' && last <= '힣':
		return hangulEnding(last)
	case last >= '0' && last <= '9':
		return numberEnding(word)
	case last < utf8.RuneSelf && unicode.IsUpper(last):
		return letterEnding(last)
	case last < utf8.RuneSelf && unicode.IsLetter(last):
		return latinEnding(lastWord(word))
	case last == '%' && size > 0:
		return openEnding // 퍼센트
	default:
		return openEnding
	}
}

// spoken cuts off what is not read aloud: marks at the end and one remark in
// round brackets.
func spoken(before string) string {
	trimmed := strings.TrimRight(before, " \"'”’」』]")
	if strings.HasSuffix(trimmed, ")") {
		if open := strings.LastIndexByte(trimmed, '('); open > 0 {
			return strings.TrimRight(trimmed[:open], " \"'”’」』]")
		}
	}
	return strings.TrimRight(trimmed, ")")
}

// hangulEnding reads the final consonant of a precomposed syllable (Unicode
// 3.12: 28 finals, none first, ㄹ the ninth).
func hangulEnding(syllable rune) ending {
	switch (syllable - '가') % 28 {
	case 0:
		return openEnding
	case 8:
		return rieulEnding
	default:
		return closedEnding
	}
}

// numberEnding reads the digits at the end of the word: 영, 일, 이, 삼, 사, 오, 육,
// 칠, 팔, 구; of round numbers the unit decides, and only 조 ends in a vowel.
func numberEnding(word string) ending {
	digits := word[len(strings.TrimRight(word, "0123456789,")):]
	digits = strings.ReplaceAll(digits, ",", "")
	zeros := len(digits) - len(strings.TrimRight(digits, "0"))
	if zeros > 0 && zeros < len(digits) && zeros >= 12 && zeros < 16 {
		return openEnding
	}
	switch digits[len(digits)-1] {
	case '1', '7', '8':
		return rieulEnding
	case '0', '3', '6':
		return closedEnding
	default:
		return openEnding
	}
}

// letterEnding reads a capital by its Korean name: 엘, 알; 엠, 엔.
func letterEnding(letter rune) ending {
	switch letter {
	case 'L', 'R':
		return rieulEnding
	case 'M', 'N':
		return closedEnding
	default:
		return openEnding
	}
}

func lastWord(s string) string {
	return s[strings.LastIndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || !unicode.IsLetter(r) })+1:]
}

// latinEnding guesses how a Latin word is written in Hangul: l and le end in ㄹ;
// m, n, ng and a short vowel before b, c, g, k, p or t end in a consonant; all
// else gets a vowel.
func latinEnding(word string) ending {
	w := strings.ToLower(word)
	switch {
	case hasAnySuffix(w, "l", "ll", "le", "al"):
		return rieulEnding
	case hasAnySuffix(w, "m", "n", "ng", "ne", "me", "mb"):
		return closedEnding
	case len(w) < 2:
		return openEnding
	}
	tail, before := w[len(w)-1], w[len(w)-2]
	if strings.IndexByte("bckpt", tail) >= 0 && (strings.IndexByte("aeiou", before) >= 0 || hasAnySuffix(w, "ck", "alk")) {
		return closedEnding
	}
	return openEnding
}

func hasAnySuffix(s string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}
