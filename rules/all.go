// Package rules holds the built-in rules: facts about what Apple's schema, the
// devices and the SCEP protocol accept, true in every organisation. Each rule
// is a value in a file of its own, named for its ID.
package rules

import "github.com/sceplint/sceplint/checker"

// All gives the built-in rules in the order of the catalogue.
func All() []checker.Rule {
	return []checker.Rule{
		plistSyntax,
		plistDuplicateKey,
		plistEncoding,
		profileSignature,
		profileSignerExpired,
		profileEncrypted,

		profileKeyMissing,
		profileType,
		payloadKeyMissing,
		payloadVersion,
		payloadValueType,
		payloadUUIDDuplicate,
		payloadIdentifierDuplicate,
		payloadUUIDFormat,
		payloadUUIDPlaceholder,
		profileScope,
		profileContentEmpty,
		profileExpired,
		payloadTypeMisspelled,
		payloadTypeCase,
		payloadChannel,
		payloadMultiple,

		schemaRequired,
		schemaType,
		schemaValue,
		schemaRange,
		schemaKeyMisspelled,
		schemaKeyUnknown,
		schemaDeprecated,
		schemaRemoved,

		scepContent,
		scepKeyMisplaced,
		scepKeyMisspelled,
		scepKeyUnknown,
		scepKeyLegacy,
		scepValueType,
		scepURL,
		scepURLQuery,
		scepURLAdmin,
		scepNameEmpty,
		scepKeysize,
		scepKeysizeMissing,
		scepKeytype,
		scepKeyusage,
		scepKeyusageMissing,
		scepSubjectMissing,
		scepSubjectStructure,
		scepSubjectAttribute,
		scepSubjectValue,
		scepSubjectMultivalue,
		scepSubjectCN,
		scepSANType,
		scepSANKey,
		scepSANValue,
		scepFingerprint,
		scepFingerprintMismatch,
		scepChallengeEmpty,
		scepChallengeMissing,
		scepRetries,
		scepDDMWrapper,
		scepDDMKey,
		scepDDMURL,
		scepDDMHash,

		certificateInvalid,
		certificateExpired,
		certificateWeak,

		referenceDangling,
		referenceTargetType,
		referenceCase,
		referenceMissing,
		referenceUnused,
		referenceAuthMethod,
		referenceKeyAlgorithm,
		eapTrustMissing,

		targetKey,
		targetPayload,
		targetVariable,

		variableMisplaced,
		variableMixed,
		variableUnknown,
		placeholder,

		filesetIdentifierDuplicate,
		filesetUUIDDuplicate,
		filesetScopeConflict,

		ignoreMalformed,
		ignoreUnused,
		ignoreWithoutReason,
	}
}
