package template

import (
	"testing"
)

func TestPlaceholder(t *testing.T) {
	tests := []struct{ text, want string }{ // want "": no sample
		{"YOUR-DOMAIN", "YOUR-DOMAIN"},
		{"com.apple.mgmt.External.YOUR-PUSH-TOPIC-HERE", "YOUR-PUSH-TOPIC-HERE"},
		{"https://nanomdm.YOURDOMAIN.COM/mdm", "YOURDOMAIN"},
		{"https://YOUR_DOMAIN_HERE/scep", "YOUR_DOMAIN_HERE"},
		{"https://your-company.corp.example/scep", "your-company"},
		{"https://your-scep-server/scep", "your-scep-server"},
		{"https://yourserver:8080/scep", "yourserver"},
		{"your_challenge", "your_challenge"},
		{"Your Organization Name", "Your Organization Name"},
		{"enter your password", "enter your password"},
		{"YOUR_SCHOOL_NAME 設備", "YOUR_SCHOOL_NAME"},
		{"設備YOUR_SCHOOL_NAME設備", "YOUR_SCHOOL_NAME"},
		{"CHANGEME", "CHANGEME"},
		{"changeme123", "changeme123"},
		{"change-me", "change-me"},
		{"changeit", "changeit"},
		{"Change this", "Change this"},
		{"REPLACE_ME", "REPLACE_ME"},
		{"REPLACE_WITH_YOUR_APNS_TOPIC", "REPLACE_WITH_YOUR_APNS_TOPIC"},
		{"replace with the challenge", "replace with the challenge"},
		{"Replace your challenge", "Replace your challenge"},
		{"SCEP-CHALLENGE-HERE", "SCEP-CHALLENGE-HERE"},
		{"uuid-here", "uuid-here"},
		{"my_uuid_here", "my_uuid_here"},
		{"Base64EncodedDataHere", "Base64EncodedDataHere"},
		{"PutYourChallengeHere", "PutYourChallengeHere"},
		{"Password goes here", "goes here"},
		{"<your challenge>", "<your challenge>"},
		{"<CHALLENGE>", "<CHALLENGE>"},
		{"[SCEP challenge]", "[SCEP challenge]"},
		{"GENERATE-UUID-1", "GENERATE-UUID-1"},
		{"generate a new UUID", "generate a new UUID"},
		{"generated-uuid", ""},
		{"...", "..."},
		{"…", "…"},
		{"a...", ""},
		{"UUID", "UUID"},
		{"<id>", "<id>"},
		{"<b>", ""},
		{"TODO", "TODO"},
		{"todo", "todo"},
		{"TODO: ask for it", "TODO"},
		{"https://TODO/scep", "TODO"},
		{"FIXME", "FIXME"},
		{"tbd", "tbd"},
		{"xxxxx", "xxxxx"},
		{"XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX"},
		{"INSERT CHALLENGE", "INSERT CHALLENGE"},
		{"INSERT_YOUR_URL", "INSERT_YOUR_URL"},
		{"enter the SCEP challenge", "enter the SCEP challenge"},
		{"secret", "secret"},
		{" Password\n", "Password"},
		{"PLACEHOLDER", "PLACEHOLDER"},
		{"challenge-placeholder", "challenge-placeholder"},
		{"********", "********"},
		{"$NAME CHANGEME", "CHANGEME"},

		{"", ""},
		{"Bring Your Own Device", ""},
		{"BRING YOUR OWN DEVICE", ""},
		{"BRING-YOUR-OWN-DEVICE", ""},
		{"https://ca.corp.example/scep/bring-your-own-device", ""},
		{"bring_your_own", ""},
		{"There", ""},
		{"Over There Ltd", ""},
		{"Hereford Council", ""},
		{"HERE Global B.V.", ""},
		{"We Are Here GmbH", ""},
		{"https://ca.we-are-here.example/scep", ""},
		{"Todos", ""},
		{"TODO SEGURO S.A.", ""},
		{"Axxxon", ""},
		{"Axxxxon", ""},
		{"XXX Holding", ""},
		{"Exchange IT Services", ""},
		{"Climate Change IT", ""},
		{"exchange-me", ""},
		{"ENTER S.R.L.", ""},
		{"CENTER PARCS", ""},
		{"Stakeholder Relations", ""},
		{"YOURS TRULY LTD", ""},
		{"YOUR HEALTH LTD", ""},
		{"your-health.example", ""},
		{"myour-ca", ""},
		{"Ada Lovelace <ada@corp.example>", ""},
		{"Corp [DEV]", ""},
		{"p<R4&w>1x<b>Zz", ""},
		{"Protect Your Data Ltd", ""},
		{"America Here", ""},
		{"Secretary", ""},
		{"Password Services", ""},
		{"Replacement Parts Ltd", ""},
		{"hunter2-9f3c1b", ""},
		{"$YOUR_CHALLENGE", ""},
		{"__SERIAL_PLACEHOLDER__", ""},
		{"{{ .YOUR_CHALLENGE }}", ""},
		{"%SerialNumber%", ""},
		{"$A$B$C", ""},
		{"5B1F3C52-2E27-4F63-9C0E-1D4C7A0B8E61", ""},
		{"Müller & Söhne", ""},
		{"株式会社", ""},
	}
	for _, tt := range tests {
		got, found := Placeholder(tt.text)
		if got != tt.want || found != (tt.want != "") {
			t.Errorf("Placeholder(%q) = %q, %t; want %q", tt.text, got, found, tt.want)
		}
	}
}

func TestPlaceholderWhole(t *testing.T) {
	for text, want := range map[string]string{
		"Replacewithyourvalue":    "Replacewithyourvalue",
		"replace with your value": "replace with your value",
		"REDACTED":                "REDACTED",
		"xxx":                     "xxx",
		"Ignored":                 "Ignored",
		"[REPLACE_WITH_URL]":      "[REPLACE_WITH_URL]",
		"<team-slug>":             "<team-slug>",
		"REPLACE_WITH_BASE64_DER": "REPLACE_WITH_BASE64_DER",
	} {
		if got, ok := Placeholder(text); !ok || got != want {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
