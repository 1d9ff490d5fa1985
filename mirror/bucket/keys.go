package bucket

import (
	"bufio"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/bonghwa/bonghwa/fault"
)

// keys reads the store's keys at each request, so that they can be changed while
// the program runs: from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN, else from the profile AWS_PROFILE ("default" unless named) of
// the file AWS_SHARED_CREDENTIALS_FILE. Nothing else is looked at. No error shows a
// key.
func keys(env func(string) string) (aws.Credentials, error) {
	c := aws.Credentials{
		AccessKeyID: env("AWS_ACCESS_KEY_ID"), SecretAccessKey: env("AWS_SECRET_ACCESS_KEY"), SessionToken: env("AWS_SESSION_TOKEN"), Source: "environment",
	}
	if c.HasKeys() {
		return c, nil
	}
	file := env("AWS_SHARED_CREDENTIALS_FILE")
	if file == "" {
		return c, fault.New(fault.Invalid, "bucket", "there are no keys for the store", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file with AWS_SHARED_CREDENTIALS_FILE")
	}
	return fromFile(file, first(env("AWS_PROFILE"), "default"))
}

// fromFile reads a profile of a file in AWS's format: [name], and below it lines
// of key = value.
func fromFile(file, profile string) (aws.Credentials, error) {
	c := aws.Credentials{Source: "file"}
	f, err := os.Open(file) //nolint:gosec // G304: the file the operator names
	if err != nil {
		return c, fault.Wrap(fault.Unavailable, "read the store's keys", err)
	}
	defer func() { _ = f.Close() }() // only read
	in := false
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			in = strings.TrimSpace(strings.Trim(line, "[]")) == profile
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		if in {
			take(&c, strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value))
		}
	}
	if err := lines.Err(); err != nil {
		return c, fault.Wrap(fault.Unavailable, "read the store's keys", err)
	}
	if !c.HasKeys() {
		return c, fault.New(fault.Invalid, file, "the profile "+profile+" has no keys", "write aws_access_key_id and aws_secret_access_key below ["+profile+"]")
	}
	return c, nil
}

func take(c *aws.Credentials, name, value string) {
	switch name {
	case "aws_access_key_id":
		c.AccessKeyID = value
	case "aws_secret_access_key":
		c.SecretAccessKey = value
	case "aws_session_token":
		c.SessionToken = value
	}
}
