// An entry of an election in the Elections diary: a revision of its template, what its key holders
// deal, complain about, confirm and release, its certification. Whoever is entitled signs; several authorities
// sign one entry together.
//
//   kind           body                             who signs
//   revision       the template                     more than half of the authorities
//   dealing        parts of the key for all         the key holder who deals
//   complaint      dealer, opening of a bad part    the key holder who got it
//   confirmation   proof that it has its share      the key holder who has it
//   release        a share of the key               its key holder
//   certification  hash of the report               more than half of the authorities
//
// Every entry but the first revision names the election by that revision's cid. Canonical bytes,
// strict decoding; an entry fits a diary's payload. Thread rule: values and pure functions.
// Source: protocol document, 2.2 (keyholder revision, certification).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/status.h"
#include "core/codec/transaction_messages.h"
#include "core/collections/blocks.h"
#include "core/crypto/key_sharing.h"
#include "core/crypto/suite.h"
#include "core/election/template.h"

namespace core {

inline constexpr std::string_view kEntryDomain = "vt/election/entry/1";
inline constexpr std::string_view kEntrySigningDomain = "vt/election/entry-sign/1";
inline constexpr size_t kEntryBodyBytesMax = kTemplateBytesMax;

enum class ElectionEntryKind : uint8_t {
  kRevision = 1,
  kDealing = 2,
  kComplaint = 3,
  kConfirmation = 4,
  kRelease = 5,
  kCertification = 6
};

struct Endorsement {
  PublicKey by{};
  Signature signature{};

  friend bool operator==(const Endorsement&, const Endorsement&) = default;
};

struct ElectionEntry {
  ElectionEntryKind kind = ElectionEntryKind::kRevision;
  Key256 election;      // The cid of the first revision; zero in that one.
  int64_t time_ms = 0;  // When it was signed, as its signers say.
  Bytes body;
  std::vector<Endorsement> endorsements;  // Ascending by key.

  friend bool operator==(const ElectionEntry&, const ElectionEntry&) = default;
};

struct Complaint {
  uint8_t dealer = 0;
  OpeningShare opening;

  friend bool operator==(const Complaint&, const Complaint&) = default;
};

[[nodiscard]] Bytes BodyOf(const Dealing& dealing);
[[nodiscard]] Bytes BodyOf(const Complaint& complaint);
[[nodiscard]] Bytes BodyOf(const OpeningShare& opening);
[[nodiscard]] StatusOr<Dealing> DecodeDealing(std::span<const uint8_t> body);
[[nodiscard]] StatusOr<Complaint> DecodeComplaint(std::span<const uint8_t> body);
[[nodiscard]] StatusOr<OpeningShare> DecodeOpening(std::span<const uint8_t> body);

[[nodiscard]] Bytes EntrySigningBytes(const ElectionEntry& entry);
// Adds the signature of one signer. REQUIRES: it has not signed yet.
void Endorse(const Suite& suite, const SecretKey& secret, ElectionEntry& entry);

[[nodiscard]] Bytes Encode(const ElectionEntry& entry);
[[nodiscard]] StatusOr<ElectionEntry> DecodeElectionEntry(std::span<const uint8_t> bytes);

}  // namespace core
