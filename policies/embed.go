// Package policies holds the policies that sceplint ships: one folder a pack,
// one a policy.
package policies

import "embed"

// FS holds the files, as PACK/POLICY/POLICY.rego.
//
//go:embed */*/*.rego
var FS embed.FS
