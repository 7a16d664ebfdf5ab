//go:build tools

// Package tools pins the Python language host, from the last SDK module that still carries it.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
