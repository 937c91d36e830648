# METADATA
# title: SCEP used where hardware-bound ACME is available
# description: >-
#   What it checks: SCEP identities that an ACME payload with a hardware-bound key could replace on
#   every target. Runs only with --target.
#
#   Why it matters: a SCEP key is an RSA key in the keychain. With ACME the device creates the key in
#   the Secure Enclave, which it cannot leave, and can prove its identity to the server by attestation.
#   iOS and tvOS support this since 16, watchOS since 9, visionOS since 1.0, and macOS with
#   hardware-bound keys since 14.
#
#   Exceptions: not reported if a target is older or has no version, or if single sign-on uses the
#   identity, which supports SCEP and PKCS #12 only.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.acme.yaml
#     description: Apple device management schema, com.apple.security.acme
#   - ref: https://support.apple.com/guide/security/sec8a37b4cb2/web
#     description: Apple Platform Security, Managed Device Attestation
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use a com.apple.security.acme payload with HardwareBound, if the CA supports ACME
#   scope: payload
#   targets: ios=17,macos=14
#   avoid: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.scep</string>
#       <key>PayloadContent</key>
#       <dict>
#         <key>URL</key>
#         <string>https://scep.acme-corp.net/scep</string>
#       </dict>
#     </dict>
#   prefer: |
#     <dict>
#       <key>PayloadType</key>
#       <string>com.apple.security.acme</string>
#       <key>DirectoryURL</key>
#       <string>https://acme.acme-corp.net/directory</string>
#       <key>ClientIdentifier</key>
#       <string>mac-0417</string>
#       <key>KeyType</key>
#       <string>ECSECPrimeRandom</string>
#       <key>KeySize</key>
#       <integer>384</integer>
#       <key>HardwareBound</key>
#       <true/>
#       <key>Subject</key>
#       <array>
#         <array>
#           <array>
#             <string>CN</string>
#             <string>mac-0417</string>
#           </array>
#         </array>
#       </array>
#     </dict>
package policies.acme_preferred.acme_preferred

since := {"ios": [16, 0, 0], "macos": [14, 0, 0], "tvos": [16, 0, 0], "watchos": [9, 0, 0]}

info contains {"msg": msg, "path": scep.path} if {
	msg := "every target supports hardware-bound keys through ACME"
	some scep in input.scep
	replaceable(scep, input.targets, input.references)
}

replaceable(scep, targets, references) if {
	count(targets) > 0
	every target in targets {
		hardware_bound(target, since)
	}
	every reference in references {
		not for_single_sign_on(reference, scep.index)
	}
}

hardware_bound(target, _) if target.system == "visionos"

hardware_bound(target, versions) if target.number >= versions[target.system]

for_single_sign_on(reference, index) if {
	reference.type == "com.apple.sso"
	reference.target.index == index
}
