# METADATA
# title: ACME can keep the key in hardware
# description: >-
#   A SCEP key is an RSA key in the keychain. The ACME payload can have the key made in the Secure
#   Enclave, which it cannot leave, and attest to the server that the device is the one it says. iOS and
#   tvOS have it from 16, watchOS from 9, visionOS from 1.0, and macOS with hardware-bound keys from 14.
#   Nothing is said without targets, where one of them is older or of any version, or where single
#   sign-on uses the identity, which takes SCEP or a PKCS #12 file only.
# related_resources:
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.acme.yaml
#     description: Apple device management schema, com.apple.security.acme
#   - ref: https://support.apple.com/guide/security/sec8a37b4cb2/web
#     description: Apple Platform Security, Managed Device Attestation
#   - ref: https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.security.scep.yaml
#     description: Apple device management schema, com.apple.security.scep
# entrypoint: true
# custom:
#   help: use com.apple.security.acme with HardwareBound, if the CA speaks ACME
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
	some scep in input.scep
	replaceable(scep, input.targets, input.references)
	msg := "key could be kept in hardware on every target; use com.apple.security.acme if the CA speaks ACME"
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
