package rules

import "github.com/sceplint/sceplint/checker"

// What the rules rest on.
var (
	refSCEP = checker.Ref{
		Title: "Apple device management schema: com.apple.security.scep",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml",
	}
	refTopLevel = checker.Ref{
		Title: "Apple device management schema: TopLevel",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/TopLevel.yaml",
	}
	refCommonKeys = checker.Ref{
		Title: "Apple device management schema: CommonPayloadKeys",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/CommonPayloadKeys.yaml",
	}
	refPlistDTD = checker.Ref{
		Title: "Apple property list DTD",
		URL:   "https://www.apple.com/DTDs/PropertyList-1.0.dtd",
	}
	refPropertyList = checker.Ref{
		Title: "Apple's reader of XML property lists, CFPropertyList.c",
		URL:   "https://github.com/swiftlang/swift-corelibs-foundation/blob/main/Sources/CoreFoundation/CFPropertyList.c",
	}
	refXML = checker.Ref{
		Title: "Extensible Markup Language (XML) 1.0",
		URL:   "https://www.w3.org/TR/xml/",
	}
	refSCEPProtocol = checker.Ref{
		Title: "RFC 8894: Simple Certificate Enrolment Protocol",
		URL:   "https://www.rfc-editor.org/rfc/rfc8894",
	}
	refX520Bounds = checker.Ref{
		Title: "RFC 5280, appendix A: upper bounds of name attributes",
		URL:   "https://www.rfc-editor.org/rfc/rfc5280#appendix-A",
	}
	refMisspeltKeys = checker.Ref{
		Title: "micromdm pull request 652: the SCEP keys are written with spaces",
		URL:   "https://github.com/micromdm/micromdm/pull/652",
	}
	refMDMErrors = checker.Ref{
		Title: "Apple: Mobile Device Management protocol reference, error codes",
		URL:   "https://developer.apple.com/business/documentation/MDM-Protocol-Reference.pdf",
	}
	refCSRCode = checker.Ref{
		Title: "Apple open source: Security, certificate requests",
		URL:   "https://github.com/apple-oss-distributions/Security",
	}
	refCertificateRoot = checker.Ref{
		Title: "Apple device management schema: com.apple.security.root",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.root.yaml",
	}
	refCertificatePEM = checker.Ref{
		Title: "Apple device management schema: com.apple.security.pem",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.pem.yaml",
	}
	refCertificatePKCS12 = checker.Ref{
		Title: "Apple device management schema: com.apple.security.pkcs12",
		URL:   "https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.pkcs12.yaml",
	}
	refX509 = checker.Ref{
		Title: "RFC 5280: Internet X.509 public key infrastructure certificates",
		URL:   "https://www.rfc-editor.org/rfc/rfc5280",
	}
	refCMS = checker.Ref{
		Title: "RFC 5652: Cryptographic Message Syntax",
		URL:   "https://www.rfc-editor.org/rfc/rfc5652",
	}
	refTLSRequirements = checker.Ref{
		Title: "Apple: requirements for trusted certificates in iOS 13 and macOS 10.15",
		URL:   "https://support.apple.com/103769",
	}
	refKeyLengths = checker.Ref{
		Title: "NIST SP 800-131A: transitioning the use of cryptographic algorithms and key lengths",
		URL:   "https://csrc.nist.gov/pubs/sp/800/131/a/r2/final",
	}
)
